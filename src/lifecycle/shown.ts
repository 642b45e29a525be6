import { shownWhole } from "../protocol/shown.js";

/** Foreign text as a person may be shown it before deciding. */
export const shownText = shownWhole;

/** A JSON value as one line of such text. */
export function shownJson(value: unknown): string {
  return shownText(JSON.stringify(value) ?? "nothing");
}
