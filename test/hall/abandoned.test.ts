import { afterAll, describe, expect, test } from "vitest";
import { abandonDeadCalls } from "../../src/hall/abandoned.js";
import { makeGate } from "../../src/hall/gate.js";
import { ENGINE } from "../../src/protocol/version.js";
import { CALLER, openNotesHall } from "./memoryHall.js";

describe("a call whose process died", async () => {
  const parts = await openNotesHall();
  afterAll(() => parts.hall.close());
  const never = { ...parts.runner, run: () => new Promise<never>(() => {}) };
  const store = parts.store();

  test("gets its abandoned record from the next process, once, and the ledger verifies", async () => {
    const gate = makeGate({ ...parts.gateParts, runner: never }, CALLER);
    void gate.invoke("search_notes", { query: "tea" });
    await expect.poll(() => store.openCalls().length).toBe(1);
    const [open] = store.openCalls();

    expect(await abandonDeadCalls(store, { ...parts.sessions, isAlive: () => true }, ENGINE)).toBe(0);
    expect(await abandonDeadCalls(store, { ...parts.sessions, isAlive: () => false }, ENGINE)).toBe(1);
    expect(await abandonDeadCalls(store, { ...parts.sessions, isAlive: () => false }, ENGINE)).toBe(0);
    const rows = store.query({ id: open?.record_id ?? "" });
    expect(rows.map(({ kind }) => kind)).toEqual(["decision", "abandoned"]);
    expect(store.verify()).toMatchObject({ ok: true });
  });
});
