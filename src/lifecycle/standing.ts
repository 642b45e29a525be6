import { parseSubject } from "../evidence/order.js";
import { ADAPTERS, type Adapter } from "../protocol/standing.js";
import { LifecycleError } from "./error.js";
import { operatorOf, personalKey } from "./operator.js";
import { inForce, type Workshop, withHome } from "./workshop.js";

/** An order about a skill that is in force now. */
export type StandingReport = {
  readonly record_id: string;
  readonly subject: string;
  readonly state: "revoked" | "active" | "degraded";
  /** False when nothing of that name is installed here: the order stands all the same. */
  readonly installed: boolean;
};

type Ask = { readonly reason: string; readonly keyFile?: string };

/** Stops `ID` or `ID@V`: no call of it starts once this returns, and what runs is aborted. */
export async function revokeSkill(
  ws: Workshop,
  { subject, ...ask }: Ask & { readonly subject: string },
): Promise<StandingReport> {
  return order(ws, { subject: skillSubject(subject), state: "revoked" }, ask);
}

/** Stops a skill for one platform. */
export async function degradeSkill(
  ws: Workshop,
  { id, adapter, ...ask }: Ask & { readonly id: string; readonly adapter: string },
): Promise<StandingReport> {
  const platform = ADAPTERS.find((name) => name === adapter);
  if (platform === undefined) {
    throw new LifecycleError(
      "BAD_ARGUMENT",
      `${JSON.stringify(adapter)} isn't a platform.`,
      `Write one of ${ADAPTERS.join(", ")}.`,
    );
  }
  return order(ws, { subject: skillSubject(id), state: "degraded", adapter: platform }, ask);
}

/** Lifts what was ordered about `ID` or `ID@V`: its revocation, and what degrades it. Bans stay. Throws NOT_FOUND when there is nothing. */
export function restoreSkill(
  ws: Workshop,
  { subject, ...ask }: Ask & { readonly subject: string },
): Promise<StandingReport> {
  return withHome(ws, async (parts) => {
    const about = skillSubject(subject);
    const { store } = inForce(parts);
    const entries = (store.standing([about]).get(about) ?? []).filter(({ state }) => state !== "banned");
    if (entries.length === 0) {
      throw new LifecycleError(
        "NOT_FOUND",
        `${subject} is neither revoked nor degraded here.`,
        "A ban is lifted with: hall ban remove",
      );
    }
    const operator = operatorOf(parts, personalKey(ws, parts, ask.keyFile));
    let record_id = "";
    for (const { adapter, scope } of entries) {
      const change = {
        subject: about,
        state: "active",
        scope,
        ...(adapter === null ? {} : { adapter }),
      } as const;
      record_id = (await operator.standing(change, ask.reason)).record_id;
    }
    return { record_id, subject: about, state: "active", installed: isInstalled(store, about) };
  });
}

type Change = {
  readonly subject: string;
  readonly state: "revoked" | "degraded";
  readonly adapter?: Adapter;
};

function order(ws: Workshop, change: Change, { reason, keyFile }: Ask): Promise<StandingReport> {
  return withHome(ws, async (parts) => {
    const { store } = inForce(parts);
    const { record_id } = await operatorOf(parts, personalKey(ws, parts, keyFile)).standing(change, reason);
    const { subject, state } = change;
    return { record_id, subject, state, installed: isInstalled(store, subject) };
  });
}

function isInstalled(store: ReturnType<typeof inForce>["store"], text: string): boolean {
  const subject = parseSubject(text);
  if (subject?.type !== "skill") return false;
  const install = store.installs().find(({ skill_id }) => skill_id === subject.skill_id);
  return install !== undefined && (subject.version === null || subject.version === install.version);
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
