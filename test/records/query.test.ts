import { describe, expect, test } from "vitest";
import { timestamp } from "../../src/protocol/clock.js";
import {
  applyPolicy,
  beginHall,
  call,
  common,
  decisionDraft,
  install,
  open,
  openHold,
  order,
  receiptDraft,
  START,
  testClock,
  vote,
} from "./home.js";

describe("records are found by", () => {
  test("their id, with what names them as parent, and by approval, decision or correlation", async () => {
    const store = await open();
    await beginHall(store);
    const { decision, receipt } = await call(store);
    await call(store);
    const request = await openHold(store);
    await vote(store, request);
    const ids = (id: string) => store.query({ id }).map(({ kind }) => kind);
    expect(store.query({ id: decision }).map(({ record_id }) => record_id)).toEqual([decision, receipt]);
    expect(ids(receipt)).toEqual(["receipt"]);
    expect(ids(request.approval_id)).toEqual(["hold", "approval"]);
    const decision_id = store.query({ id: decision })[0]?.decision_id ?? "";
    expect(ids(decision_id)).toEqual(["decision"]);
    expect(ids("c-1").length).toBeGreaterThan(4);
    expect(ids("nothing")).toEqual([]);
  });

  test("tool, code, kind and time", async () => {
    const clock = testClock();
    const store = await open({ clock: clock.read });
    await beginHall(store);
    await store.write((tx) => tx.append(decisionDraft({ denied: "DENY_NO_MATCHING_RULE" })));
    clock.now = START + 1000;
    await call(store);
    expect(store.query({ code: "DENY_NO_MATCHING_RULE" })).toMatchObject([
      { kind: "decision", denied: true, tool: "add_note" },
    ]);
    expect(store.query({ tool: "add_note", since: timestamp(START + 1) })).toMatchObject([
      { kind: "decision", denied: false, dry_run: false },
      { kind: "receipt" },
    ]);
    expect(store.query({ kind: "receipt" })).toMatchObject([{ body: { outcome: "done" } }]);
    expect(store.query({ tenant_id: "elsewhere" })).toEqual([]);
    expect(store.query({ agent: "mcp:claude", session_id: "session-1", kind: "decision" })).toHaveLength(2);
  });

  test("the tool of the call that they end or answer: --tool X --code HANDLER_ERROR", async () => {
    const store = await open();
    await beginHall(store);
    const start = async () => (await store.write((tx) => tx.append(decisionDraft()))).value.record_id;
    const [failed, died] = [await start(), await start()];
    await store.write((tx) => tx.append(receiptDraft(failed, { fault: "HANDLER_ERROR" })));
    await store.write((tx) =>
      tx.append({ kind: "abandoned", parent_id: died, body: common({ actor: null }) }),
    );
    await vote(store, await openHold(store));
    const about = { tool: "add_note", skill_id: "org.acme/notes", version: "1.2.0" };
    expect(store.query({ tool: "add_note", code: "HANDLER_ERROR" })).toMatchObject([
      { ...about, kind: "receipt", parent_id: failed },
    ]);
    for (const kind of ["abandoned", "approval"]) {
      expect(store.query({ tool: "add_note", kind })).toMatchObject([{ ...about, kind }]);
    }
    expect(store.query({ tool: "another", code: "HANDLER_ERROR" })).toEqual([]);
    expect(store.verify()).toMatchObject({ ok: true });
  });

  test("place: the last ones, or those after one", async () => {
    const store = await open();
    await beginHall(store);
    await call(store);
    const seqs = (filter: object) => store.query(filter).map(({ seq }) => seq);
    expect(seqs({})).toEqual([0, 1, 2, 3]);
    expect(seqs({ limit: 2 })).toEqual([2, 3]);
    expect(seqs({ after: 0, limit: 2 })).toEqual([1, 2]);
    expect(seqs({ after: 3 })).toEqual([]);
  });
});

test("calls that wait for their receipt are listed until it comes", async () => {
  const store = await open();
  await beginHall(store);
  const { value } = await store.write((tx) => tx.append(decisionDraft()));
  await store.write((tx) => tx.append(decisionDraft({ dry_run: true })));
  await store.write((tx) => tx.append(decisionDraft({ denied: "DENY_NO_MATCHING_RULE" })));
  expect(store.openCalls()).toMatchObject([
    { record_id: value.record_id, session_id: "session-1", tool: "add_note" },
  ]);
  await store.write((tx) => tx.append(receiptDraft(value.record_id)));
  expect(store.openCalls()).toEqual([]);
});

describe("standing", () => {
  const ID = "skill:org.acme/notes";
  const standing = { kind: "standing", subject: ID, scope: "org" } as const;
  const revoke = { ...standing, state: "revoked", adapter: null } as const;
  const degrade = { ...standing, state: "degraded", adapter: "mcp" } as const;

  test("says what isn't active, of each subject", async () => {
    const store = await open();
    await beginHall(store);
    await order(store, revoke);
    await order(store, degrade);
    await order(store, { kind: "ban", subject: `${ID}@1.0.0`, add: true, scope: "global" });
    const found = store.standing([ID, `${ID}@1.0.0`, "worker:w"]);
    expect(found.get(ID)).toMatchObject([
      { state: "revoked", adapter: null },
      { state: "degraded", adapter: "mcp" },
    ]);
    expect(found.get(`${ID}@1.0.0`)).toMatchObject([{ state: "banned", scope: "global" }]);
    expect(found.has("worker:w")).toBe(false);
    expect(store.allStanding()).toHaveLength(3);
  });

  test("is lifted for the same subject and adapter only", async () => {
    const store = await open();
    await beginHall(store);
    await order(store, revoke);
    await order(store, revoke); // said twice, stands once
    await order(store, degrade);
    await order(store, { ...standing, state: "active", adapter: null });
    expect(store.allStanding()).toMatchObject([{ state: "degraded" }]);
    await order(store, { ...standing, state: "active", adapter: "mcp" });
    expect(store.allStanding()).toEqual([]);
    expect(store.verify()).toMatchObject({ ok: true });
  });

  test("of a ban is lifted by its removal, not by a restore", async () => {
    const store = await open();
    await beginHall(store);
    const ban = { kind: "ban", subject: ID, scope: "org" } as const;
    await order(store, { ...ban, add: true });
    await order(store, { ...standing, state: "active", adapter: null });
    expect(store.allStanding()).toMatchObject([{ state: "banned" }]);
    await order(store, { ...ban, add: false });
    expect(store.allStanding()).toEqual([]);
  });
});

describe("installs", () => {
  test("are the last of each skill, with its skill.json", async () => {
    const store = await open();
    await beginHall(store);
    await install(store, "1.1.0");
    const record_id = await install(store, "1.2.0");
    expect(store.installs()).toMatchObject([
      {
        skill_id: "org.acme/notes",
        version: "1.2.0",
        worker_id: "org.acme.notes",
        record_id,
        skill: { version: "1.2.0" },
        dev: false,
      },
    ]);
    expect(store.state().epoch).toBe(3);
  });

  test("go when they are uninstalled, once", async () => {
    const store = await open();
    await beginHall(store);
    await install(store);
    const { body } = decisionDraft();
    const {
      tenant_id,
      session_id,
      surface,
      correlation_id,
      actor,
      engine,
      skill_id,
      version,
      artifact_digest,
    } = body;
    const common = {
      tenant_id,
      session_id,
      surface,
      correlation_id,
      actor,
      engine,
      skill_id,
      version,
      artifact_digest,
    };
    await store.write((tx) => tx.append({ kind: "uninstall", body: common }));
    expect(store.installs()).toEqual([]);
    expect(store.state().epoch).toBe(3);
    await expect(store.write((tx) => tx.append({ kind: "uninstall", body: common }))).rejects.toMatchObject({
      code: "REFUSED",
    });
  });
});

test("the policy in force is the last that was applied", async () => {
  const store = await open();
  await beginHall(store);
  await applyPolicy(store, "second");
  expect(store.policy()).toMatchObject({
    policy_digest: store.state().policy_digest,
    document: { config: { name: "second" } },
  });
});
