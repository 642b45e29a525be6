import type { OpenHome } from "./workshop.js";

/**
 * What waits or was approved and not used yet, in words: another policy ends all of it, since a hold belongs to the
 * policy that it was opened under. Null when there is nothing.
 */
export function holdsToEnd({ ledger }: Pick<OpenHome, "ledger">): string | null {
  const store = ledger.current();
  const count = (state: "pending" | "granted") => store?.holds({ states: [state] }).length ?? 0;
  const ended = [...counted(count("pending"), "open hold"), ...counted(count("granted"), "unused approval")];
  return ended.length === 0 ? null : ended.join(" and ");
}

/** The line for whoever is asked about another policy; none when it ends nothing. */
export function endsLine(parts: Pick<OpenHome, "ledger">): readonly string[] {
  const ended = holdsToEnd(parts);
  return ended === null ? [] : [`this ends ${ended}: they belong to the policy in force until now`];
}

function counted(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${what}${count === 1 ? "" : "s"}`];
}
