import { describe, expect, test } from "vitest";
import { sealEnvelope } from "../../src/evidence/dsse.js";
import { timestamp } from "../../src/protocol/clock.js";
import type { Tx } from "../../src/records/transaction.js";
import {
  applyPolicy,
  beginHall,
  call,
  common,
  decisionDraft,
  install,
  LEDGER,
  OPERATOR,
  open,
  openHold,
  order,
  orderDraft,
  PUBLISHER,
  receiptDraft,
  START,
  testClock,
  vote,
} from "./home.js";

const REVOKE = {
  kind: "standing",
  subject: "skill:org.acme/notes",
  state: "revoked",
  adapter: null,
  scope: "org",
} as const;

describe("what a body was made under", () => {
  test("is filled in when it is left out", async () => {
    const store = await open();
    await beginHall(store);
    await call(store);
    const { epoch, policy_digest } = store.state();
    expect(store.query({ kind: "decision" })[0]?.body).toMatchObject({
      policy_digest,
      standing_epoch: epoch,
    });
    expect(epoch).toBe(1);
  });

  test.each(["standing_epoch", "policy_digest"] as const)(
    "%s that moved refuses the record",
    async (member) => {
      const store = await open();
      await beginHall(store);
      const { epoch, policy_digest, size } = store.state();
      const was = { standing_epoch: epoch, policy_digest };
      const draft = decisionDraft();
      const prepared = store.prepare({ ...draft, body: { ...draft.body, [member]: was[member] } });
      await applyPolicy(store, "second");
      await expect(store.write((tx) => tx.append(prepared))).rejects.toMatchObject({ code: "MOVED" });
      expect(store.state().size).toBe(size + 1);
    },
  );

  test("moves when a standing order shares the commit with a decision", async () => {
    const store = await open();
    await beginHall(store);
    const draft = decisionDraft();
    const insisting = { ...draft, body: { ...draft.body, standing_epoch: store.state().epoch } };
    const revoked = store.write((tx) => tx.append(orderDraft(tx.state, REVOKE)));
    const late = store.write((tx) => tx.append(insisting));
    await expect(revoked).resolves.toBeDefined();
    await expect(late).rejects.toMatchObject({ code: "MOVED" });
  });

  test("is brought up to date in a record that was prepared and doesn't insist", async () => {
    const store = await open();
    await beginHall(store);
    const prepared = store.prepare(decisionDraft());
    await applyPolicy(store, "second");
    await store.write((tx) => tx.append(prepared));
    expect(store.query({ kind: "decision" })[0]?.body).toMatchObject({ standing_epoch: 2 });
    expect(store.verify()).toMatchObject({ ok: true });
  });
});

describe("a job that fails", () => {
  test("is undone alone", async () => {
    const store = await open();
    await beginHall(store);
    const writes = [
      store.write((tx) => tx.append(decisionDraft())),
      store.write((tx) => {
        tx.append(decisionDraft());
        return tx.refuse("not today");
      }),
      store.write((tx) => {
        tx.append(decisionDraft());
        throw new TypeError("its own error");
      }),
      store.write((tx) => tx.append(decisionDraft())),
    ];
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    expect(outcomes[1]).toMatchObject({ reason: { code: "REFUSED", message: "not today" } });
    expect(outcomes[2]).toMatchObject({ reason: { message: "its own error" } });
    expect(store.query({ kind: "decision" }).map(({ seq }) => seq)).toEqual([2, 3]);
    expect(store.verify()).toMatchObject({ ok: true, records: 4 });
  });

  test.each([
    ["writes on", true],
    ["ends", false],
  ])("is undone whole even when it swallows the failure of half a record and %s", async (_, writesOn) => {
    const store = await open();
    await beginHall(store);
    const { decision } = await call(store);
    const job = (tx: Tx): void => {
      try {
        tx.append(receiptDraft(decision));
      } catch {
        // goes on as if nothing had happened
      }
      if (writesOn) tx.append(decisionDraft());
    };
    await expect(store.write(job)).rejects.toMatchObject({ code: "REFUSED" });
    await call(store);
    expect(store.verify()).toMatchObject({ ok: true, records: 6 });
  });

  test("fails when it would wait while the lock is held", async () => {
    const store = await open();
    await beginHall(store);
    const job = async (tx: Tx): Promise<void> => void tx.append(decisionDraft());
    await expect(store.write(job)).rejects.toThrow(/synchronous/);
    expect(store.state().size).toBe(2);
  });

  test("can't use the transaction after it", async () => {
    const store = await open();
    await beginHall(store);
    const { value: leaked } = await store.write((tx) => tx);
    expect(() => leaked.append(decisionDraft())).toThrow(/over/);
    expect(() => leaked.state).toThrow(/over/);
  });
});

describe("what wouldn't verify is refused", () => {
  test("a second receipt, and a receipt of a call that was denied or a dry run", async () => {
    const store = await open();
    await beginHall(store);
    const { decision } = await call(store);
    const denied = await store.write((tx) => tx.append(decisionDraft({ denied: "DENY_NO_MATCHING_RULE" })));
    const dry = await store.write((tx) => tx.append(decisionDraft({ dry_run: true })));
    for (const parent of [decision, denied.value.record_id, dry.value.record_id]) {
      await expect(store.write((tx) => tx.append(receiptDraft(parent)))).rejects.toMatchObject({
        code: "REFUSED",
      });
    }
    expect(store.openCalls()).toEqual([]);
  });

  test("an order that another one overtook, to be signed again", async () => {
    const store = await open();
    await beginHall(store);
    const early = orderDraft(store.state(), REVOKE);
    await applyPolicy(store, "second");
    await expect(store.write((tx) => tx.append(early))).rejects.toMatchObject({ code: "MOVED" });
  });

  test("an order that is written twice", async () => {
    const store = await open();
    await beginHall(store);
    const draft = orderDraft(store.state(), REVOKE);
    await store.write((tx) => tx.append(draft));
    await expect(store.write((tx) => tx.append(draft))).rejects.toMatchObject({ code: "MOVED" });
  });

  test.each([
    ["by a publisher", PUBLISHER],
    ["by the ledger key", LEDGER],
  ])("an order signed %s", async (_, signer) => {
    const store = await open();
    await beginHall(store);
    const { hall_id, last_order: previous } = store.state();
    const payload = { hall_id, previous, issued_at: timestamp(START), reason: null, ...REVOKE };
    const envelope = sealEnvelope("order", payload, [signer]);
    const write = store.write((tx) =>
      tx.append({ kind: "standing", body: { ...common(), order: envelope } }),
    );
    await expect(write).rejects.toMatchObject({ code: "REFUSED" });
    expect(store.allStanding()).toEqual([]);
  });

  test("an order for another Hall, or under another kind", async () => {
    const store = await open();
    await beginHall(store);
    const state = store.state();
    const elsewhere = orderDraft({ ...state, hall_id: "0".repeat(64) }, REVOKE);
    await expect(store.write((tx) => tx.append(elsewhere))).rejects.toMatchObject({ code: "REFUSED" });
    const asBan = { ...orderDraft(state, REVOKE), kind: "ban" } as const;
    await expect(store.write((tx) => tx.append(asBan))).rejects.toMatchObject({ code: "REFUSED" });
  });

  test("a policy whose document isn't kept, a skill whose skill.json isn't", async () => {
    const store = await open();
    await beginHall(store);
    const apply = orderDraft(store.state(), { kind: "apply", policy_digest: "1".repeat(64) });
    await expect(store.write((tx) => tx.append(apply))).rejects.toMatchObject({ code: "REFUSED" });
    await install(store);
    const installed = store.query({ kind: "install" })[0]?.body as Record<string, unknown>;
    const unknown = {
      kind: "install",
      body: { ...installed, manifest_hash: "1".repeat(64), standing_epoch: 2 },
    } as never;
    await expect(store.write((tx) => tx.append(unknown))).rejects.toMatchObject({ code: "REFUSED" });
  });

  test("a body that lacks a member, or has no canonical text", async () => {
    const store = await open();
    await beginHall(store);
    const draft = decisionDraft();
    const { tool: _, ...without } = draft.body;
    await expect(store.write((tx) => tx.append({ ...draft, body: without as never }))).rejects.toMatchObject({
      code: "REFUSED",
    });
    const lone = { ...draft, body: { ...draft.body, correlation_id: "\ud800" } };
    await expect(store.write((tx) => tx.append(lone))).rejects.toMatchObject({ code: "REFUSED" });
    expect(store.state().size).toBe(2);
  });

  test("a record_id that is taken", async () => {
    const store = await open();
    await beginHall(store);
    const { decision } = await call(store);
    const again = { ...decisionDraft({ dry_run: true }), record_id: decision };
    await expect(store.write((tx) => tx.append(again))).rejects.toMatchObject({ code: "REFUSED" });
  });

  test("a second genesis", async () => {
    const store = await open();
    await beginHall(store);
    const again = store.begin({ continues: null, operator_keys: [OPERATOR.key] });
    await expect(again).rejects.toMatchObject({ code: "REFUSED" });
  });
});

describe("a grant", () => {
  test("is consumed by one of two racing calls", async () => {
    const store = await open();
    await beginHall(store);
    const request = await openHold(store);
    await vote(store, request);
    const granted = { grant: request };
    const calls = [1, 2].map(() => store.write((tx) => tx.append(decisionDraft(granted))));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(outcomes[1]).toMatchObject({ reason: { code: "REFUSED" } });
    expect(store.hold(request.approval_id)?.state).toBe("used");
    expect(store.verify()).toMatchObject({ ok: true });
  });

  test("serves no call with other arguments or holds, none that is denied or dry, and none before it is granted", async () => {
    const store = await open();
    await beginHall(store);
    const request = await openHold(store);
    const of = { grant: request };
    const refused = { code: "REFUSED" };
    await expect(store.write((tx) => tx.append(decisionDraft(of)))).rejects.toMatchObject(refused);
    await vote(store, request);
    for (const other of [
      { arguments: "1".repeat(64) },
      { grant: { ...request, holds: [{ code: "DENY_REQUIRES_HUMAN", reason: "another" }] as const } },
      { dry_run: true },
      { denied: "DENY_NO_MATCHING_RULE" },
    ]) {
      await expect(store.write((tx) => tx.append(decisionDraft({ ...of, ...other })))).rejects.toMatchObject(
        refused,
      );
    }
    await store.write((tx) => tx.append(decisionDraft(of)));
    expect(store.verify()).toMatchObject({ ok: true });
  });
});

describe("time", () => {
  test("never runs backwards, and a clock far behind is said", async () => {
    const clock = testClock();
    const store = await open({ clock: clock.read });
    await beginHall(store);
    clock.now = START + 60_000;
    await call(store);
    expect(store.state().clock).toBe("ok");
    clock.now = START - 4 * 60_000;
    expect(store.state()).toMatchObject({ clock: "ok", now: timestamp(START + 60_000) });
    const { value } = await store.write((tx) => tx.append(decisionDraft()));
    expect(value.at).toBe(timestamp(START + 60_000));
    clock.now = START - 4 * 60_000 - 1;
    expect(store.state().clock).toBe("behind");
    await order(store, REVOKE);
    expect(store.verify()).toMatchObject({ ok: true });
  });

  test("is at least a decision's own now", async () => {
    const store = await open();
    await beginHall(store);
    const now = timestamp(START + 1234);
    const { value } = await store.write((tx) => tx.append(decisionDraft({ now })));
    expect(value.at).toBe(now);
  });
});

test("nothing can be written before a Hall has begun, and reading finds nothing", async () => {
  const store = await open();
  await expect(store.write((tx) => tx.append(decisionDraft()))).rejects.toMatchObject({
    code: "UNAVAILABLE",
  });
  expect(store.state()).toMatchObject({ hall_id: null, size: 0, policy_digest: null });
  expect([store.policy(), store.installs(), store.query(), store.openCalls()]).toEqual([null, [], [], []]);
  expect(store.verify()).toMatchObject({ ok: false });
});

test("a value comes with the signed head that covers it", async () => {
  const store = await open();
  await beginHall(store);
  const [one, two] = await Promise.all([1, 2].map(() => store.write((tx) => tx.append(decisionDraft()))));
  expect(one?.head).toEqual(two?.head);
  expect(one?.head).toMatchObject({ size: 4, key_id: LEDGER.key, head: store.state().head });
});
