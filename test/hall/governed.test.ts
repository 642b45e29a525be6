import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { z as z3 } from "zod3";
import { governed } from "../../src/hall/governed.js";
import { HallDenied, HallFailed, HallHeld } from "../../src/hall/refusal.js";
import type { Gate } from "../../src/hall/types.js";
import { HOST_SPECIES } from "../../src/protocol/foreign.js";
import { openTestHall, type TestHall } from "../../src/testing/index.js";
import { ruleFor } from "./memoryHall.js";

const LOOK = "cap.doc.search";
const WRITE = "cap.doc.write";
const NAMED = {
  type: "object",
  properties: { name: { type: "string" } },
  required: ["name"],
  additionalProperties: false,
};

let testHall: TestHall;
let gate: Gate;
let fresh = 0;
beforeAll(async () => {
  testHall = await openTestHall({
    rules: [
      ruleFor("rr_look_dev_001", LOOK, HOST_SPECIES),
      ruleFor("rr_write_dev_001", WRITE, HOST_SPECIES, { human_required_default: true }),
    ],
  });
  gate = testHall.gate();
});
afterAll(() => testHall.close());

/** A name that no other test has pinned. */
const named = () => `greet_${++fresh}`;

async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}

describe("a governed function", () => {
  test("gives what the function gives, typed and as it is, once it is on record", async () => {
    const made = new Map([["a", 1]]);
    const calls: unknown[] = [];
    const greet = governed(
      gate,
      LOOK,
      async function greetPerson(input: { name: string }) {
        calls.push(input);
        return { text: `hello ${input.name}`, made };
      },
      { input: NAMED },
    );
    const result = await greet({ name: "Ada" });
    expectTypeOf(result).toEqualTypeOf<{ text: string; made: Map<string, number> }>();
    expect(result.made).toBe(made);
    expect(calls).toEqual([{ name: "Ada" }]);
    const [decision, , receipt] = testHall.records({ tool: "greetPerson" });
    expect(decision).toMatchObject({ kind: "decision", denied: false, surface: "function" });
    expect(receipt).toMatchObject({ kind: "receipt", body: { executed_by: "host" } });
  });

  test("gets a copy of its input, as it was decided on", async () => {
    const seen: unknown[] = [];
    const keep = governed(gate, LOOK, (input: object) => void seen.push(input), { name: named() });
    const input = { at: new Date(0), gone: undefined, list: [1] };
    await keep(input);
    await keep();
    expect(seen).toEqual([{ at: "1970-01-01T00:00:00.000Z", list: [1] }, {}]);
    expect(seen[0]).not.toBe(input);
  });

  test("denied, it doesn't run: HallDenied says why and where it is recorded", async () => {
    let ran = 0;
    const greet = governed(gate, LOOK, (_: { name: string }) => ++ran, { name: named(), input: NAMED });
    const denied = await thrownBy(greet({ nom: "Ada" } as never));
    if (!(denied instanceof HallDenied)) throw denied;
    expect(denied).toMatchObject({
      name: "HallDenied",
      code: "DENY_INVALID_INPUT",
      outcome: { kind: "denied" },
    });
    expect(denied.message).toMatch(/^DENIED DENY_INVALID_INPUT: .*\(record /);
    expect(testHall.records({ id: denied.record_id ?? "" })).toHaveLength(1);
    const other = governed(gate, "cap.mail.send", () => ++ran, { name: named() });
    expect(await thrownBy(other())).toBeInstanceOf(HallDenied);
    expect(ran).toBe(0);
  });

  test("held, it runs once when the same call comes after the yes", async () => {
    let ran = 0;
    const note = governed(gate, WRITE, ({ text }: { text: string }) => `${text} ${++ran}`, { name: named() });
    const held = await thrownBy(note({ text: "tea" }));
    if (!(held instanceof HallHeld)) throw held;
    expect(held.question).toMatchObject({ approval_id: held.approval_id, arguments: '{"text":"tea"}' });
    expect(held.message).toContain(`APPROVAL_REQUIRED ${held.approval_id}`);
    expect(ran).toBe(0);
    await testHall.approve(held.approval_id);
    expect(await thrownBy(note({ text: "gin" }))).toBeInstanceOf(HallHeld);
    expect(await note({ text: "tea" })).toBe("tea 1");
    expect(await thrownBy(note({ text: "tea" }))).toBeInstanceOf(HallHeld);
    expect(ran).toBe(1);
  });

  test("asks its own onHold, for one call or for all", async () => {
    const declined = { onHold: async () => "declined" as const };
    const note = governed(gate, WRITE, () => 1, { name: named(), ...declined });
    expect(await thrownBy(note())).toMatchObject({ code: "DENY_APPROVAL_REFUSED" });
    const later = await note.attempt({ n: 1 }, { onHold: async () => "later" });
    expect(later).toMatchObject({ kind: "held" });
  });

  test("failed, HallFailed keeps what was thrown for this process alone", async () => {
    const cause = new Error("the password is hunter2");
    const broken = governed(
      gate,
      LOOK,
      () => {
        throw cause;
      },
      { name: named() },
    );
    const failed = await thrownBy(broken());
    if (!(failed instanceof HallFailed)) throw failed;
    expect(failed.cause).toBe(cause);
    expect(failed).toMatchObject({ code: "HANDLER_ERROR", outcome: { kind: "failed" } });
    expect(`${failed.message}${JSON.stringify(failed)}`).not.toContain("hunter2");
  });

  test("a signal ends the call, and the function is told", async () => {
    const stop = new AbortController();
    let told: AbortSignal | undefined;
    const wait = governed(
      gate,
      LOOK,
      (_: object, signal) => {
        told = signal;
        stop.abort();
        return new Promise<void>(() => {});
      },
      { name: named() },
    );
    expect(await thrownBy(wait({}, { signal: stop.signal }))).toMatchObject({ code: "CANCELLED" });
    expect(told?.aborted).toBe(true);
  });

  test("a result that breaks its schema is withheld", async () => {
    const output = z.object({ n: z.number() });
    const count = governed(gate, LOOK, ({ n }: { n: unknown }) => ({ n }), { name: named(), output });
    expect(await count({ n: 1 })).toEqual({ n: 1 });
    expect(await thrownBy(count({ n: "1" }))).toMatchObject({ code: "OUTPUT_INVALID" });
  });

  test("attempt gives the outcome, preview decides and runs nothing", async () => {
    let ran = 0;
    const note = governed(gate, WRITE, () => ++ran, { name: named() });
    expect(await note.preview()).toMatchObject({ kind: "dry_run", would: "hold" });
    expect(await note.attempt()).toMatchObject({ kind: "held" });
    const look = governed(gate, LOOK, () => ++ran, { name: named() });
    expect(await look.preview()).toMatchObject({ kind: "dry_run", would: "run" });
    expect(ran).toBe(0);
    expect(await look.attempt()).toMatchObject({ kind: "done", output: 1 });
  });

  test("is pinned with what it says of itself: another description is another function", async () => {
    const name = named();
    const a = governed(gate, LOOK, () => "a", { name, description: "Looks." });
    const b = governed(gate, LOOK, () => "b", { name, description: "Looks, and sends it to me." });
    expect(await a()).toBe("a");
    expect(await thrownBy(b())).toMatchObject({ code: "DENY_DEFINITION_CHANGED" });
  });
});

describe("what a function is governed with", () => {
  test("a zod 4 object converts itself; older zods are told how", async () => {
    const input = z.strictObject({ name: z.string().min(2) });
    const greet = governed(gate, LOOK, ({ name }: z.infer<typeof input>) => name, { name: named(), input });
    expect(await greet({ name: "Ada" })).toBe("Ada");
    expect(await thrownBy(greet({ name: "A" }))).toMatchObject({ code: "DENY_INVALID_INPUT" });
    const old = z3.object({ name: z3.string() });
    expect(() => governed(gate, LOOK, () => 1, { name: "old", input: old as never })).toThrow(
      "zodToJsonSchema",
    );
    expect(() => governed(gate, LOOK, () => 1, { name: "old", input: { _zod: {} } })).toThrow(
      "z.toJSONSchema",
    );
  });

  test("all problems at once", () => {
    expect(() =>
      governed(
        gate,
        "search",
        (
          () => () =>
            1
        )(),
        { input: [] as never },
      ),
    ).toThrow(/name: .*capability: .*input: /);
  });

  test("positional arguments are misuse, before anything is decided", async () => {
    let ran = 0;
    const name = named();
    const pay = governed(gate, LOOK, () => ++ran, { name }) as (...args: unknown[]) => Promise<number>;
    for (const args of [
      ["a", "b"],
      [{ from: "a" }, { to: "b" }],
      [{}, {}, {}],
      [{}, 1],
    ])
      await expect(pay(...args)).rejects.toThrow(TypeError);
    expect(await thrownBy(pay("a"))).toMatchObject({ code: "DENY_INVALID_INPUT" });
    await pay({});
    expect(ran).toBe(1);
    expect(testHall.records({ tool: name, kind: "decision" })).toHaveLength(2);
  });

  test("InvokeOptions that would make a call none have no effect", async () => {
    const sly = governed(gate, LOOK, () => "ran", { name: named(), dryRun: true } as never);
    expect(await sly()).toBe("ran");
  });
});
