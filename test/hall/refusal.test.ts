import { inspect } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { governed } from "../../src/hall/governed.js";
import { HallDenied, HallFailed, HallHeld } from "../../src/hall/refusal.js";
import { HOST_SPECIES } from "../../src/protocol/foreign.js";
import { openTestHall, type TestHall } from "../../src/testing/index.js";
import { ruleFor } from "./memoryHall.js";

const LOOK = "cap.doc.search";
const WRITE = "cap.doc.write";

let testHall: TestHall;
beforeAll(async () => {
  testHall = await openTestHall({
    rules: [
      ruleFor("rr_look_dev_001", LOOK, HOST_SPECIES),
      ruleFor("rr_write_dev_001", WRITE, HOST_SPECIES, { human_required_default: true }),
    ],
  });
});
afterAll(() => testHall.close());

test.each([
  ["denied", HallDenied, "cap.mail.send"],
  ["held", HallHeld, WRITE],
  ["failed", HallFailed, LOOK],
] as const)(
  "%s: the outcome can be read, and isn't printed where nobody catches the error",
  async (kind, type, capability) => {
    const broken = governed(
      testHall.gate(),
      capability,
      () => {
        throw new Error("broken");
      },
      { name: `do_${kind}` },
    );
    const thrown: unknown = await broken().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(thrown instanceof type)) throw thrown;
    expect(thrown.outcome.kind).toBe(kind);
    expect(thrown.record_id).toBe(thrown.outcome.record_id);
    expect(Object.keys(thrown)).not.toContain("outcome");
    expect(inspect(thrown)).toContain(`record_id: '${thrown.record_id}'`);
    expect(inspect(thrown)).not.toContain("outcome:");
  },
);
