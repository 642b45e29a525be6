import { LifecycleError } from "./error.js";
import { operatorOf, personalKey } from "./operator.js";
import { type OrderOptions, type StandingReport, skillSubject, whetherInstalled } from "./standing.js";
import { ledgerOf, type Workshop, withHome } from "./workshop.js";

/** Lifts what was ordered about `ID` or `ID@V`: its revocation, and what degrades it. Bans stay. Throws NOT_FOUND when there is nothing. */
export function restoreSkill(
  ws: Workshop,
  { subject, ...ask }: OrderOptions & { readonly subject: string },
): Promise<StandingReport> {
  return withHome(ws, async (parts) => {
    const about = skillSubject(subject);
    const store = ledgerOf(parts);
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
    return { record_id, subject: about, state: "active", ...whetherInstalled(store, about) };
  });
}
