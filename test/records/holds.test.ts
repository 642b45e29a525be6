import { describe, expect, test } from "vitest";
import { commitment } from "../../src/evidence/commitment.js";
import { encode } from "../../src/protocol/canonical.js";
import { timestamp } from "../../src/protocol/clock.js";
import type { Store } from "../../src/records/store.js";
import {
  applyPolicy,
  beginHall,
  common,
  decisionDraft,
  holder,
  inDir,
  open,
  openHold,
  START,
  tempDir,
  testClock,
  vote,
} from "./home.js";
import { raw } from "./raw.js";

const MINUTE = 60_000;

async function hall() {
  const clock = testClock();
  const store = await open({ clock: clock.read });
  await beginHall(store);
  const mine = () => store.holdsOf(holder(store.state().policy_digest ?? ""));
  return { store, clock, mine };
}

function stateOf(store: Store, approval_id: string): string | undefined {
  return store.hold(approval_id)?.state;
}

describe("a caller's holds", () => {
  test("are found by their holder, oldest first, each with the salt that fits its arguments", async () => {
    const { store, mine } = await hall();
    const first = await openHold(store, { arguments: '{"text":"a"}' });
    const second = await openHold(store, { arguments: '{"text":"b"}' });
    await openHold(store, { agent: "mcp:other" });
    expect(mine().map(({ approval_id }) => approval_id)).toEqual([first.approval_id, second.approval_id]);
    const salts = mine().map(({ salt }) => salt);
    const commits = salts.map((salt) => commitment("arguments", encode('{"text":"b"}'), salt));
    expect(commits.map((commit) => commit === second.arguments)).toEqual([false, true]);
    expect(store.hold(second.approval_id)?.request).toEqual(second);
  });

  test("are seen inside the transaction that opened them, so that two racing calls open one", async () => {
    const { store, mine } = await hall();
    await openHold(store);
    const key = holder(store.state().policy_digest ?? "");
    const { value } = await store.write(
      (tx) => tx.holdsOf(key).length + tx.countOpenHolds({ tenant_id: "local", agent: "mcp:claude" }),
    );
    expect(value).toBe(2);
    expect(mine()).toHaveLength(1);
  });

  test("end at expires_at, exclusive", async () => {
    const { store, clock, mine } = await hall();
    const { approval_id } = await openHold(store);
    clock.now = START + 15 * MINUTE - 1;
    expect([mine().length, stateOf(store, approval_id)]).toEqual([1, "pending"]);
    clock.now++;
    expect([mine().length, stateOf(store, approval_id)]).toEqual([0, "expired"]);
    expect(store.holds({ states: ["expired"] }).map((hold) => hold.approval_id)).toEqual([approval_id]);
    expect(store.holds({ states: ["pending"] })).toEqual([]);
  });

  test("that are open are listed, however many closed ones came after", async () => {
    const { store, clock } = await hall();
    const open = await openHold(store, { minutes: 60 });
    await Promise.all(Array.from({ length: 120 }, (_, n) => openHold(store, { arguments: `{"n":${n}}` })));
    clock.now = START + 15 * MINUTE;
    const granted = await openHold(store, { arguments: '{"text":"granted"}' });
    await vote(store, granted);
    expect(store.holds({ states: ["pending", "granted"] })).toMatchObject([
      { approval_id: open.approval_id, state: "pending" },
      { approval_id: granted.approval_id, state: "granted" },
    ]);
    expect(store.holds({ states: ["expired"] })).toHaveLength(120);
    expect(store.holds()).toHaveLength(122);
  });

  test("are listed by state, tenant and agent, oldest first", async () => {
    const { store } = await hall();
    const a = await openHold(store, { arguments: '{"text":"a"}' });
    const b = await openHold(store, { arguments: '{"text":"b"}', agent: "mcp:other" });
    const ids = (filter: Parameters<Store["holds"]>[0]) =>
      store.holds(filter).map((hold) => hold.approval_id);
    expect(ids({})).toEqual([a.approval_id, b.approval_id]);
    expect(ids({ agent: "mcp:claude", states: ["pending", "granted"] })).toEqual([a.approval_id]);
    expect(ids({ tenant_id: "elsewhere" })).toEqual([]);
  });
});

describe("votes", () => {
  test("grant by the N-th different approver, for grant_seconds from that record", async () => {
    const { store, clock, mine } = await hall();
    const request = await openHold(store, { needed: 2 });
    await vote(store, request, "alice");
    await vote(store, request, "alice"); // kept, and counts nothing
    expect(stateOf(store, request.approval_id)).toBe("pending");
    clock.now = START + 10 * MINUTE;
    await vote(store, request, "bob");
    const granted = store.hold(request.approval_id);
    expect(granted).toMatchObject({
      state: "granted",
      granted_at: timestamp(clock.now),
      ends_at: timestamp(START + 20 * MINUTE),
    });
    expect(granted?.approvals).toHaveLength(3);
    expect(mine()).toMatchObject([{ state: "granted" }]);
    clock.now = START + 20 * MINUTE;
    expect(stateOf(store, request.approval_id)).toBe("expired");
    const late = decisionDraft({ grant: request });
    await expect(store.write((tx) => tx.append(late))).rejects.toMatchObject({
      code: "REFUSED",
    });
    expect(store.verify()).toMatchObject({ ok: true });
  });

  test("that come after the hold's end are kept and count nothing", async () => {
    const { store, clock } = await hall();
    const request = await openHold(store);
    clock.now = START + 15 * MINUTE;
    await vote(store, request);
    expect(store.hold(request.approval_id)).toMatchObject({ state: "expired", granted_at: null });
    expect(store.verify()).toMatchObject({ ok: true });
  });

  test("of deny close the hold, also once it is granted", async () => {
    const { store, mine } = await hall();
    const request = await openHold(store);
    await vote(store, request, "alice");
    await vote(store, request, "bob", "deny");
    expect(stateOf(store, request.approval_id)).toBe("refused");
    expect(mine()).toMatchObject([{ state: "refused" }]); // so that a retry hears of it
    const late = decisionDraft({ grant: request });
    await expect(store.write((tx) => tx.append(late))).rejects.toMatchObject({
      code: "REFUSED",
    });
    await vote(store, request, "alice");
    expect(stateOf(store, request.approval_id)).toBe("refused");
    expect(store.verify()).toMatchObject({ ok: true });
  });

  test("by nobody in the policy, or about another request, are refused", async () => {
    const { store } = await hall();
    const request = await openHold(store);
    const other = { ...request, title: "Harmless" };
    await expect(vote(store, other)).rejects.toMatchObject({ code: "REFUSED" });
    await expect(vote(store, request, "mallory" as "alice")).rejects.toThrow();
    expect(stateOf(store, request.approval_id)).toBe("pending");
  });

  test("by the client are enough where the rule says confirm, and only there", async () => {
    const { store } = await hall();
    const confirm = async (mode: "confirm" | "approve") => {
      const { approval_id } = await openHold(store, { mode, arguments: `{"mode":"${mode}"}` });
      const parent_id = store.hold(approval_id)?.record_id ?? null;
      const body = {
        ...common(),
        approval_id,
        vote: null,
        confirmed_via: "elicitation",
        declined_via: null,
        level: null,
      };
      await store.write((tx) => tx.append({ kind: "approval", parent_id, body }));
      return stateOf(store, approval_id);
    };
    expect(await confirm("confirm")).toBe("granted");
    await expect(confirm("approve")).rejects.toMatchObject({ code: "REFUSED" });
  });
});

test("the asking program's own no refuses a hold, and a grant that wasn't used", async () => {
  const { store } = await hall();
  for (const isGranted of [false, true]) {
    const request = await openHold(store, { arguments: `{"granted":${isGranted}}` });
    const { approval_id } = request;
    if (isGranted) await vote(store, request);
    const parent_id = store.hold(approval_id)?.record_id ?? null;
    const body = {
      ...common(),
      approval_id,
      vote: null,
      confirmed_via: null,
      declined_via: "elicitation",
      level: null,
    };
    await store.write((tx) => tx.append({ kind: "approval", parent_id, body }));
    expect(stateOf(store, approval_id)).toBe("refused");
  }
  expect(store.verify()).toMatchObject({ ok: true });
});

describe("arguments", () => {
  const keptOf = (store: Store, id: string) => {
    const hold = store.hold(id);
    return { bytes: hold?.arguments_bytes !== null, salt: hold?.salt?.length };
  };

  test("are kept while a hold is open, and go when it is used, refused or superseded; the salt stays", async () => {
    const { store } = await hall();
    const used = await openHold(store, { arguments: '{"n":1}' });
    const refused = await openHold(store, { arguments: '{"n":2}' });
    const superseded = await openHold(store, { arguments: '{"n":3}' });
    expect(store.hold(used.approval_id)?.arguments_bytes).toEqual(new Uint8Array(encode('{"n":1}')));
    await vote(store, used);
    await store.write((tx) => tx.append(decisionDraft({ grant: used })));
    await vote(store, refused, "bob", "deny");
    expect(keptOf(store, superseded.approval_id)).toEqual({ bytes: true, salt: 32 });
    await applyPolicy(store, "second");
    for (const [{ approval_id }, state] of [
      [used, "used"],
      [refused, "refused"],
      [superseded, "superseded"],
    ] as const) {
      expect(stateOf(store, approval_id)).toBe(state);
      expect(keptOf(store, approval_id)).toEqual({ bytes: false, salt: 32 });
    }
    expect(store.verify()).toMatchObject({ ok: true });
  });

  test("of a hold that expired go when the home is opened next, or another hold moves", async () => {
    const home = inDir(tempDir());
    const store = await open(home);
    await beginHall(store);
    const { approval_id } = await openHold(store);
    store.close();
    const later = await open({ ...home, clock: () => START + 16 * MINUTE });
    expect(keptOf(later, approval_id)).toEqual({ bytes: false, salt: 32 });
    expect(
      raw(home.file).prepare("SELECT count(*) AS kept FROM openings WHERE bytes IS NOT NULL").get(),
    ).toMatchObject({ kept: 0 });
  });

  test("that aren't what the request commits to open no hold", async () => {
    const { store } = await hall();
    const request = await openHold(store);
    const { salt } = store.hold(request.approval_id) ?? {};
    const { skill_id, version, artifact_digest } = request;
    const draft = {
      kind: "hold",
      body: {
        ...common({ skill_id, version, artifact_digest }),
        request: { ...request, approval_id: crypto.randomUUID() },
      },
    } as const;
    const write = store.write((tx) =>
      tx.openHold({ draft, salt: salt ?? new Uint8Array(32), bytes: encode("{}") }),
    );
    await expect(write).rejects.toMatchObject({ code: "REFUSED" });
  });

  test("an approval_id opens one hold", async () => {
    const { store } = await hall();
    const request = await openHold(store);
    const { salt, arguments_bytes } = store.hold(request.approval_id) ?? {};
    const { skill_id, version, artifact_digest } = request;
    const draft = {
      kind: "hold",
      body: { ...common({ skill_id, version, artifact_digest }), request },
    } as const;
    const write = store.write((tx) =>
      tx.openHold({ draft, salt: salt ?? new Uint8Array(32), bytes: arguments_bytes ?? new Uint8Array() }),
    );
    await expect(write).rejects.toMatchObject({ code: "REFUSED" });
    expect(store.verify()).toMatchObject({ ok: true });
  });
});
