import type { Clock } from "../protocol/clock.js";

/** A time: milliseconds since the epoch, a Date, or a text that Date reads. */
export type Time = number | string | Date;

/** A clock that stands still until it is told otherwise. */
export type TestClock = {
  /** Milliseconds since the epoch. */
  now(): number;
  set(time: Time): void;
  /** Milliseconds forward; a negative number goes back, which a Hall notices beyond five minutes. */
  advance(ms: number): void;
};

/** A {@link TestClock} at a time, and the same as the house reads clocks. Throws TypeError for what is no time. */
export function testClock(start: Time): TestClock & { readonly read: Clock } {
  let now = milliseconds(start);
  return {
    now: () => now,
    read: () => now,
    set(time) {
      now = milliseconds(time);
    },
    advance(ms) {
      now = milliseconds(now + ms);
    },
  };
}

function milliseconds(time: Time): number {
  const ms = typeof time === "number" ? time : new Date(time).getTime();
  if (Number.isNaN(new Date(ms).getTime()))
    throw new TypeError(`expected a time, not ${JSON.stringify(time)}`);
  return Math.floor(ms);
}
