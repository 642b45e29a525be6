import type { StandingScope } from "../protocol/standing.js";
import { LifecycleError } from "./error.js";
import { operatorOf, personalKey } from "./operator.js";
import { orderIn } from "./orderIn.js";
import { skillSubject } from "./standing.js";
import { ledgerOf, type Workshop, withHome } from "./workshop.js";

export type BanOptions = {
  /** `sha256:HEX`, `ID` or `ID@V`. */
  readonly subject: string;
  readonly add: boolean;
  readonly scope: StandingScope;
  readonly reason: string;
  readonly keyFile?: string;
};

export type BanReport = { readonly record_id: string; readonly subject: string; readonly banned: boolean };

/** A ban in force, and the record that ordered it. */
export type ListedBan = {
  readonly subject: string;
  readonly scope: StandingScope;
  readonly record_id: string;
  readonly at: string | null;
  readonly reason: string | null;
};

/** Bans bytes, a skill or a version, or lifts a ban. Throws LifecycleError NOT_FOUND when there is none to lift. */
export function ban(
  ws: Workshop,
  { subject: text, add, scope, reason, keyFile }: BanOptions,
): Promise<BanReport> {
  return withHome(ws, async (parts) => {
    const subject = text.startsWith("sha256:") ? hashSubject(text) : skillSubject(text);
    const store = ledgerOf(parts);
    const isBanned = store
      .standing([subject])
      .get(subject)
      ?.some((entry) => entry.state === "banned" && entry.scope === scope);
    if (!add && isBanned !== true) {
      throw new LifecycleError(
        "NOT_FOUND",
        `${text} isn't banned here with scope ${scope}.`,
        "See what is: hall ban list",
      );
    }
    const operator = operatorOf(parts, personalKey(ws, parts, keyFile));
    const { record_id } = await operator.ban({ subject, add, scope }, reason);
    return { record_id, subject, banned: add };
  });
}

/** What is banned, in the order in which it was; nothing before the first apply. */
export function listBans(ws: Workshop): Promise<readonly ListedBan[]> {
  return withHome(ws, async ({ ledger }) => {
    const store = ledger.current();
    const bans = (store?.allStanding() ?? []).filter(({ state }) => state === "banned");
    return bans.map(({ subject, scope, record_id }) => {
      const row = store?.query({ id: record_id, limit: 1 })[0];
      const reason = row === undefined ? null : (orderIn(row)?.reason ?? null);
      return { subject, scope, record_id, at: row?.at ?? null, reason };
    });
  });
}

function hashSubject(text: string): string {
  const hash = text.slice("sha256:".length);
  if (/^[0-9a-f]{64}$/.test(hash)) return `hash:${hash}`;
  throw new LifecycleError(
    "BAD_ARGUMENT",
    `${JSON.stringify(text)} isn't a hash.`,
    "Write sha256: and 64 hex digits in lower case.",
  );
}
