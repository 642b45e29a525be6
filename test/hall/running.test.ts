import { describe, expect, test } from "vitest";
import { makeRunningCalls, REVOKED_IN_FLIGHT } from "../../src/hall/running.js";

describe("a running call", () => {
  test("doesn't begin when it may no longer run by then, or when that can't be told", () => {
    const running = makeRunningCalls();
    const stopped = running.begin(() => false).controller.signal;
    const unknown = running.begin(() => {
      throw new Error("no answer");
    }).controller.signal;
    expect([stopped.reason, unknown.reason]).toEqual([REVOKED_IN_FLIGHT, REVOKED_IN_FLIGHT]);
  });

  test("is aborted by a sweep once it may no longer run, and not after it ended", () => {
    const running = makeRunningCalls();
    let may = true;
    const going = running.begin(() => may);
    const over = running.begin(() => may);
    over.end();
    running.sweep();
    expect(going.controller.signal.aborted).toBe(false);
    may = false;
    running.sweep();
    expect(going.controller.signal.reason).toBe(REVOKED_IN_FLIGHT);
    expect(over.controller.signal.aborted).toBe(false);
  });

  test("is cancelled by its client, also before it began", () => {
    const running = makeRunningCalls();
    const client = new AbortController();
    const going = running.begin(() => true, client.signal);
    client.abort("gone");
    expect(going.controller.signal.reason).toBe("gone");
    expect(running.begin(() => true, client.signal).controller.signal.reason).toBe("gone");
  });
});
