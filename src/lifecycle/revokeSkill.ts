import { giveOrder, type OrderOptions, type StandingReport, skillSubject } from "./standing.js";
import type { Workshop } from "./workshop.js";

/** Stops `ID` or `ID@V`: no call of it starts once this returns, and what runs is aborted. */
export async function revokeSkill(
  ws: Workshop,
  { subject, ...ask }: OrderOptions & { readonly subject: string },
): Promise<StandingReport> {
  return giveOrder(ws, { subject: skillSubject(subject), state: "revoked" }, ask);
}
