/** Milliseconds since the epoch, handed in from the edge: layers 0 and 1 never read a clock. */
export type Clock = () => number;

/** The one spelling of a time: `YYYY-MM-DDTHH:MM:SS.sssZ`, which compares as text (formats.md). */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
