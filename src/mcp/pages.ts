import { invalidParams } from "./rpc.js";

/** Most clients never ask for a second page, so one holds every list of ordinary size. */
const PAGE = 100;

/** The page after a cursor, which is the key of the last item shown; it stays good while that item is listed. */
export function pageAfter<T>(
  items: readonly T[],
  cursor: unknown,
  keyOf: (item: T) => string,
): { readonly shown: readonly T[]; readonly next: { nextCursor?: string } } {
  const start = cursor === undefined ? 0 : items.findIndex((item) => keyOf(item) === cursor) + 1;
  if (cursor !== undefined && start === 0) {
    throw invalidParams(
      "params.cursor isn't of this list, or the list has changed; list again without a cursor.",
    );
  }
  const shown = items.slice(start, start + PAGE);
  const last = shown.at(-1);
  const more = last !== undefined && start + shown.length < items.length;
  return { shown, next: more ? { nextCursor: keyOf(last) } : {} };
}
