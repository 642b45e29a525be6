import { ADAPTERS } from "../protocol/standing.js";
import { LifecycleError } from "./error.js";
import { giveOrder, type OrderOptions, type StandingReport, skillSubject } from "./standing.js";
import type { Workshop } from "./workshop.js";

/** Stops a skill for one platform. */
export async function degradeSkill(
  ws: Workshop,
  { id, adapter, ...ask }: OrderOptions & { readonly id: string; readonly adapter: string },
): Promise<StandingReport> {
  const platform = ADAPTERS.find((name) => name === adapter);
  if (platform === undefined) {
    throw new LifecycleError(
      "BAD_ARGUMENT",
      `${JSON.stringify(adapter)} isn't a platform.`,
      `Write one of ${ADAPTERS.join(", ")}.`,
    );
  }
  return giveOrder(ws, { subject: skillSubject(id), state: "degraded", adapter: platform }, ask);
}
