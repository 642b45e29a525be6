import type { HomeConfig } from "../protocol/config.js";
import { LifecycleError } from "./error.js";

/** The keys that this home and its Hall hold themselves, as far as they exist. */
export type OwnKeys = {
  readonly ledger: string | null;
  readonly publisher: string | null;
  readonly operators: readonly string[];
};

/** A key has one role, save that in env dev the operator may approve (formats.md, Keys). Throws LifecycleError BAD_FILE. */
export function checkKeyRoles(
  config: Pick<HomeConfig, "env" | "publishers" | "approvers" | "channels">,
  own: OwnKeys,
): void {
  const holders: readonly (readonly [role: Role, key: string | null, path?: string])[] = [
    ["ledger", own.ledger],
    ...own.operators.map((key) => ["operator", key] as const),
    ["publisher", own.publisher],
    ...config.publishers.map(({ key }, i) => ["publisher", key, `publishers[${i}].key`] as const),
    ...config.approvers.map(({ key }, i) => ["approver", key, `approvers[${i}].key`] as const),
    ...config.channels.map(({ key }, i) => ["channel", key, `channels[${i}].key`] as const),
  ];
  const problems = holders.flatMap(([role, key, path], i) => {
    const other = holders
      .slice(0, i)
      .find(([was, held]) => held === key && was !== role && !mayShare(config, was, role));
    if (key === null || other === undefined) return [];
    return [
      {
        file: "config.json",
        ...(path === undefined ? {} : { path }),
        message: `${key} is the key of ${article(other[0])} and of ${article(role)}`,
        remedy: "A key has one role: use another key for one of them.",
      },
    ];
  });
  if (problems.length === 0) return;
  throw new LifecycleError("BAD_FILE", "A key has two roles.", "Give each role a key of its own.", {
    problems,
  });
}

type Role = "ledger" | "operator" | "publisher" | "approver" | "channel";

function mayShare({ env }: Pick<HomeConfig, "env">, a: Role, b: Role): boolean {
  return env === "dev" && a === "operator" && b === "approver";
}

function article(role: Role): string {
  return role === "operator" || role === "approver" ? `an ${role}` : `a ${role}`;
}
