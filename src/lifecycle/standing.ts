import { parseSubject } from "../evidence/order.js";
import { nearest } from "../protocol/nearest.js";
import type { Adapter } from "../protocol/standing.js";
import type { Store } from "../records/store.js";
import { LifecycleError } from "./error.js";
import { foreignIds } from "./foreignOrigins.js";
import { operatorOf, personalKey } from "./operator.js";
import { ledgerOf, type Workshop, withHome } from "./workshop.js";

/** An order about a skill that is in force now. */
export type StandingReport = {
  readonly record_id: string;
  readonly subject: string;
  readonly state: "revoked" | "active" | "degraded";
  /** False when nothing of that name is installed here: the order stands all the same. */
  readonly installed: boolean;
  /** An installed skill of nearly that name, when none has exactly it. */
  readonly meant: string | null;
};

/** Why, and with which key if not the one of the state directory. */
export type OrderOptions = { readonly reason: string; readonly keyFile?: string };

type Change = {
  readonly subject: string;
  readonly state: "revoked" | "degraded";
  readonly adapter?: Adapter;
};

/** Gives an order about a skill that stops it. */
export function giveOrder(
  ws: Workshop,
  change: Change,
  { reason, keyFile }: OrderOptions,
): Promise<StandingReport> {
  return withHome(ws, async (parts) => {
    const store = ledgerOf(parts);
    const { record_id } = await operatorOf(parts, personalKey(ws, parts, keyFile)).standing(change, reason);
    const { subject, state } = change;
    return { record_id, subject, state, ...whetherInstalled(store, subject) };
  });
}

/** Whether a skill of that name, and version if it names one, is installed, or foreign tools are known by it. */
export function isInstalled(store: Store, text: string): boolean {
  const subject = parseSubject(text);
  if (subject?.type !== "skill") return false;
  const install = store.installs().find(({ skill_id }) => skill_id === subject.skill_id);
  if (install === undefined) return subject.version === null && foreignIds(store).has(subject.skill_id);
  return subject.version === null || subject.version === install.version;
}

/** Whether it is, and what else may have been meant. */
export function whetherInstalled(store: Store, subject: string): Pick<StandingReport, "installed" | "meant"> {
  const installed = isInstalled(store, subject);
  const named = parseSubject(subject);
  if (installed || named?.type !== "skill") return { installed, meant: null };
  const installs = store.installs();
  const id = nearest(
    named.skill_id,
    installs.map(({ skill_id }) => skill_id),
  );
  const other = installs.find(({ skill_id }) => skill_id === id);
  if (other === undefined) return { installed, meant: null };
  return { installed, meant: named.version === null ? other.skill_id : `${other.skill_id}@${other.version}` };
}

/** `skill:ID` or `skill:ID@V` from how it is typed. Throws LifecycleError BAD_ARGUMENT. */
export function skillSubject(text: string): string {
  const subject = `skill:${text}`;
  if (parseSubject(subject) !== undefined) return subject;
  throw new LifecycleError(
    "BAD_ARGUMENT",
    `${JSON.stringify(text)} isn't a skill.`,
    "Write ID or ID@VERSION, as in org.acme/notes@1.2.0.",
  );
}
