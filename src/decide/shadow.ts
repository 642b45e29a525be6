import { type Scope, shapeCovers } from "./scope.js";

/**
 * Finds the earliest single rule that takes in all of a later one. Only rules that no single earlier rule takes in
 * are remembered: whatever another one covers, its coverer covers too. So the lists stay short, and loading many
 * rules stays linear. Rows are table.ts's: one for each capability that a rule names, and 0 for all others.
 */
export function openShadowSearch(scopes: readonly (Scope | undefined)[]) {
  const byRow: number[][] = [[]];
  const names = new Map<number, ReadonlySet<string>>();

  const namesOf = (rule: number): ReadonlySet<string> => {
    const known = names.get(rule) ?? new Set(scopes[rule]?.capabilities);
    names.set(rule, known);
    return known;
  };

  /** The earliest of some rules that all serve one of the scope's capabilities, and cover the whole scope. */
  const earliest = (
    rules: readonly number[],
    { shape }: Scope,
    names: readonly string[],
  ): number | undefined =>
    rules.find(
      (rule) =>
        shapeCovers((scopes[rule] as Scope).shape, shape) &&
        (names.length < 2 || names.every((name) => namesOf(rule).has(name))),
    );

  return {
    /** Remembers a rule as a possible coverer of later ones. */
    add(rule: number, rows: readonly number[]): void {
      for (const row of rows) {
        const rules = byRow[row];
        if (rules === undefined) byRow[row] = [rule];
        else rules.push(rule);
      }
    },

    /** The earliest remembered rule that covers a scope alone. */
    coverOf(scope: Scope, rows: readonly number[]): number | undefined {
      const general = earliest(byRow[0] ?? [], scope, []);
      if (scope.capabilities === null) return general;
      const lists = rows.map((row) => byRow[row] ?? []);
      const shortest = lists.reduce((a, b) => (b.length < a.length ? b : a));
      const special = earliest(shortest, scope, scope.capabilities);
      if (general === undefined || special === undefined) return general ?? special;
      return Math.min(general, special);
    },
  };
}
