import { type Scope, shapeCovers } from "./scope.js";

/**
 * Finds the earliest single rule that takes in all of a later one. Only rules that no single earlier rule takes in
 * are kept: whatever a dropped one covers, its coverer covers too. So the lists stay short, and loading many rules
 * stays linear.
 */
export function openShadowSearch(scopes: readonly (Scope | undefined)[]) {
  const everywhere: number[] = []; // rules for every capability
  const naming = new Map<string, number[]>(); // rules by each capability they name
  const names = new Map<number, ReadonlySet<string>>();

  const namesOf = (rule: number): ReadonlySet<string> => {
    let known = names.get(rule);
    if (known === undefined) {
      known = new Set(scopes[rule]?.capabilities);
      names.set(rule, known);
    }
    return known;
  };

  const earliest = (rules: readonly number[], scope: Scope, others: readonly string[]): number | undefined =>
    rules.find((rule) => {
      if (!shapeCovers((scopes[rule] as Scope).shape, scope.shape)) return false;
      return others.length === 0 || others.every((name) => namesOf(rule).has(name));
    });

  return {
    /** Remembers a rule as a possible coverer of later ones. */
    add(rule: number, scope: Scope): void {
      if (scope.capabilities === null) {
        everywhere.push(rule);
        return;
      }
      for (const name of scope.capabilities) {
        const list = naming.get(name);
        if (list === undefined) naming.set(name, [rule]);
        else list.push(rule);
      }
    },

    /** The earliest remembered rule that covers a scope alone. */
    coverOf(scope: Scope): number | undefined {
      const general = earliest(everywhere, scope, []);
      if (scope.capabilities === null) return general;
      const lists = scope.capabilities.map((name) => naming.get(name) ?? []);
      const shortest = lists.reduce((a, b) => (b.length < a.length ? b : a));
      const others = scope.capabilities.length === 1 ? [] : scope.capabilities;
      const special = earliest(shortest, scope, others);
      if (general === undefined || special === undefined) return general ?? special;
      return Math.min(general, special);
    },
  };
}
