import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { signHead } from "../../src/evidence/commit.js";
import type { HoldRequest } from "../../src/evidence/request.js";
import { type LedgerSource, verifyLedger } from "../../src/evidence/verify.js";
import { canonicalBytes } from "../../src/protocol/canonical.js";
import type { Head } from "../../src/protocol/outcome.js";
import { APPROVER, LEDGER, OPERATOR, PUBLISHER } from "./formats.js";
import { MemoryLedger } from "./memoryLedger.js";
import {
  ALICE,
  at,
  CALL,
  DECISION_ID,
  decisionOf,
  factsOf,
  REQUEST,
  ROUTE_INPUT,
  voteBy,
} from "./samples.js";

const CONFIG = { env: "prod", approvers: [ALICE] };

/** A Hall with a policy in force. */
function started(config: object = CONFIG): MemoryLedger {
  const ledger = new MemoryLedger();
  ledger.apply(config);
  return ledger;
}

function requestIn(ledger: MemoryLedger, changes: Partial<HoldRequest> = {}): HoldRequest {
  return { ...REQUEST, policy_digest: ledger.policy_digest ?? "", ...changes };
}

/** A hold and alice's yes to it; the grant is to be consumed. */
function granted(ledger: MemoryLedger, request = requestIn(ledger)): HoldRequest {
  const hold = ledger.append("hold", { request });
  const { approval_id } = request;
  ledger.append(
    "approval",
    {
      approval_id,
      vote: voteBy(APPROVER, { request }),
      confirmed_via: null,
      declined_via: null,
      level: null,
    },
    { parent_id: hold },
  );
  return request;
}

/** A ledger with a record of almost every kind. */
function story(): MemoryLedger {
  const ledger = started();
  const skill_json = canonicalBytes({ name: "notes" });
  const manifest_hash = ledger.keep(skill_json);
  ledger.append("install", { certificate: voteBy(PUBLISHER), manifest_hash, awp: null, dev: false });
  ledger.append("query", { tool: "hall_standing" });
  ledger.decision({ decision: decisionOf(true) });
  ledger.decision({ dry_run: true });
  const { approval_id } = granted(ledger);
  ledger.receipt(ledger.decision({ grant_id: approval_id }));
  ledger.append("abandoned", {}, { parent_id: ledger.decision() });
  ledger.command("standing", {
    subject: "skill:org.acme/notes",
    state: "revoked",
    adapter: null,
    scope: "org",
  });
  ledger.command("ban", { subject: `hash:${manifest_hash}`, add: true, scope: "org" });
  ledger.apply({ ...CONFIG, env: "stage" });
  ledger.append("uninstall", {});
  ledger.append("publish", { manifest_hash, signer: PUBLISHER.key, certificate_digest: null, author: null });
  ledger.decision();
  ledger.write("later_kind", canonicalBytes({ anything: 1 }), {});
  return ledger;
}

function firstBad(ledger: MemoryLedger, changes: Partial<LedgerSource> = {}) {
  const result = verifyLedger({ ...ledger.source(), ...changes });
  return result.ok ? undefined : result.first_bad;
}

/** That the last record is the first bad one, for this reason. */
function expectLastBad(ledger: MemoryLedger, reason: string): void {
  expect(firstBad(ledger)).toEqual({ seq: ledger.rows.length - 1, reason: expect.stringContaining(reason) });
}

test("a whole ledger holds; open calls are listed, unknown kinds counted", () => {
  const ledger = story();
  const size = ledger.rows.length;
  expect(verifyLedger(ledger.source())).toEqual({
    ok: true,
    records: size,
    head: ledger.signed(),
    open_calls: [{ seq: size - 2, record_id: expect.any(String), session_id: "s-1" }],
    unread: 1,
  });
});

test("a genesis alone holds, for a verifier that doesn't know the Hall too", () => {
  const { hall_id: _, ...source } = new MemoryLedger().source();
  expect(verifyLedger(source)).toMatchObject({ ok: true, records: 1, open_calls: [], unread: 0 });
});

describe("1,000 mutations of stored values", () => {
  const ledger = story();
  const source = ledger.source();

  test("are all found", () => {
    const found = new Set<number | null>();
    fc.assert(
      fc.property(mutationOf(source), (mutated) => {
        const result = verifyLedger(mutated);
        expect(result.ok).toBe(false);
        if (!result.ok) found.add(result.first_bad.seq);
      }),
      { numRuns: 1000, seed: 20261120 },
    );
    expect(found.size).toBeGreaterThanOrEqual(ledger.rows.length);
  });

  test("a changed row is named, and none before it", () => {
    for (const row of ledger.rows) {
      const rows = ledger.rows.map((it) =>
        it === row ? { ...it, body: flip(it.body ?? new Uint8Array(1), 3) } : it,
      );
      expect(firstBad(ledger, { rows: () => rows })?.seq).toBe(row.seq);
    }
  });
});

describe("rows that are gone", () => {
  const ledger = story();
  const size = ledger.rows.length;

  test("each row, wherever it stood", () => {
    for (const { seq } of ledger.rows) {
      const rows = ledger.rows.filter((row) => row.seq !== seq);
      expect(firstBad(ledger, { rows: () => rows })?.seq).toBe(seq);
    }
  });

  test("a cut tail shows in the signed head, a replaced head in the witness", () => {
    const rows = ledger.rows.slice(0, -2);
    const cut = { rows: () => rows };
    expect(firstBad(ledger, cut)).toEqual({
      seq: size - 2,
      reason: expect.stringContaining("signed head counts"),
    });
    expect(firstBad(ledger, { ...cut, heads: ledger.signed(size - 2) })).toEqual({
      seq: size - 2,
      reason: expect.stringContaining("witness has seen"),
    });
  });

  test("everything", () => {
    expect(firstBad(ledger, { rows: () => [], heads: null, witness: [] })?.seq).toBe(0);
  });

  test("a body without an order to erase it", () => {
    const rows = ledger.rows.map((row) => (row.seq === 5 ? { ...row, salt: null, body: null } : row));
    expect(firstBad(ledger, { rows: () => rows })).toEqual({
      seq: 5,
      reason: expect.stringContaining("missing"),
    });
  });
});

describe("heads and witness", () => {
  const ledger = story();
  const size = ledger.rows.length;
  const heads = ledger.source().heads as NonNullable<LedgerSource["heads"]>;
  const signedBy = (signer: typeof LEDGER) => ({ ...heads, key_id: signer.key });
  const cases: readonly [string, Partial<LedgerSource>, number][] = [
    ["no head", { heads: null }, size - 1],
    ["a head that covers less", { heads: ledger.signed(size - 1), witness: [] }, size - 1],
    ["another key's name", { heads: signedBy(OPERATOR) }, size - 1],
    ["another time", { heads: { ...heads, at: at(0) } }, size - 1],
    ["another epoch", { heads: { ...heads, epoch: 0 } }, size - 1],
    ["a witness line off the chain", { witness: [{ ...ledger.signed(4), head: "ab".repeat(32) }] }, 3],
    [
      "a witness line that isn't signed",
      { witness: [{ ...ledger.signed(4), signature: heads.signature }] },
      3,
    ],
    ["a witness of another Hall", { witness: [{ ...heads, hall_id: "ab".repeat(32) }] }, 0],
    ["another Hall than expected", { hall_id: "ab".repeat(32) }, 0],
  ];
  test.each(cases)("%s", (_name, changes, seq) => expect(firstBad(ledger, changes)?.seq).toBe(seq));

  test("a head or witness line that the ledger key did sign, over something else", () => {
    const { hall_id, head } = ledger.signed();
    const other = "ab".repeat(32);
    const reasonOf = (changes: Partial<LedgerSource>) => firstBad(ledger, changes)?.reason;
    expect(reasonOf({ heads: signHead({ hall_id, size, head: other }, LEDGER) })).toContain("isn't its leaf");
    expect(reasonOf({ heads: signHead({ hall_id: other, size, head }, LEDGER) })).toContain("another Hall's");
    expect(reasonOf({ witness: [signHead({ hall_id, size: 4, head: other }, LEDGER)] })).toContain(
      "another record",
    );
  });

  test("a Hall that continues another one may keep that one's witness lines", () => {
    const old = ledger.signed();
    const { hall_id, head } = old;
    const next = new MemoryLedger({ hall_id, size, head, witnessed_size: size, witnessed_head: head });
    expect(firstBad(next, { witness: [old, next.signed()] })).toBeUndefined();
    expect(firstBad(new MemoryLedger(), { witness: [old] })?.seq).toBe(1);
  });

  test("a record appended without the ledger key", () => {
    const longer = story();
    longer.append("query", { tool: "hall_why" });
    const first_bad = firstBad(longer, { heads: ledger.source().heads, witness: [] });
    expect(first_bad).toEqual({ seq: size, reason: expect.stringContaining("doesn't cover") });
  });

  test("a lagging witness is normal", () => {
    expect(firstBad(ledger, { witness: [ledger.signed(2)] })).toBeUndefined();
  });
});

describe("documents", () => {
  const ledger = story();
  test("each is needed by a record", () => {
    for (const document of ledger.documents) {
      const documents = ledger.documents.filter((it) => it !== document);
      expect(firstBad(ledger, { documents })?.seq).toEqual(expect.any(Number));
    }
  });
  test("a damaged one that nobody names is found too", () => {
    const documents = [...ledger.documents, { digest: "ab".repeat(32), bytes: new Uint8Array(1) }];
    expect(firstBad(ledger, { documents })).toEqual({
      seq: null,
      reason: expect.stringContaining("ab".repeat(32)),
    });
  });
});

describe("orders", () => {
  const subject = { subject: "skill:org.acme/notes", state: "revoked", adapter: null, scope: "org" };

  test("signed by somebody else", () => {
    const ledger = started();
    ledger.append("standing", { order: ledger.order("standing", subject, LEDGER) });
    expectLastBad(ledger, "operator key in force");
  });

  test("replayed", () => {
    const ledger = started();
    const order = ledger.order("standing", subject);
    ledger.lastOrder = ledger.append("standing", { order });
    ledger.append("standing", { order });
    expectLastBad(ledger, "doesn't follow");
  });

  test("of another kind than its record", () => {
    const ledger = started();
    ledger.append("ban", { order: ledger.order("standing", subject) });
    expectLastBad(ledger, "kind standing");
  });

  test("for another Hall", () => {
    const ledger = started();
    ledger.append("standing", { order: ledger.order("standing", { ...subject, hall_id: "ab".repeat(32) }) });
    expectLastBad(ledger, "another Hall");
  });

  test("that bring a policy nobody has", () => {
    const ledger = started();
    ledger.command("apply", { policy_digest: "ab".repeat(32) });
    expectLastBad(ledger, "policy document");
  });

  test.each(["key", "clock", "erase"] as const)("of the reserved kind %s are never passed over", (kind) => {
    const ledger = started();
    ledger.append(kind, { order: ledger.order(kind, { at: at(0) }) });
    expectLastBad(ledger, "later version");
  });
});

describe("policy_digest and epoch", () => {
  test("another policy", () => {
    const ledger = started();
    ledger.append("query", { tool: "hall_why", policy_digest: null });
    expectLastBad(ledger, "policy_digest");
  });
  test("an epoch that has moved on", () => {
    const ledger = started();
    ledger.append("uninstall", {});
    ledger.append("query", { tool: "hall_why", standing_epoch: 1 });
    expectLastBad(ledger, "standing_epoch");
  });
});

describe("holds and votes", () => {
  test("a request for another Hall, policy, tool or caller", () => {
    for (const changes of [
      { hall_id: "ab".repeat(32) },
      { policy_digest: "ab".repeat(32) },
      { agent: "mcp:x" },
    ]) {
      const ledger = started();
      ledger.append("hold", { request: requestIn(ledger, changes) });
      expectLastBad(ledger, "request");
    }
  });

  test("an approval_id twice", () => {
    const ledger = started();
    ledger.append("hold", { request: requestIn(ledger) });
    ledger.append("hold", { request: requestIn(ledger) });
    expectLastBad(ledger, "approval_id");
  });

  test("a vote of somebody else, for something else, or a mere confirmation", () => {
    const strangers = [
      (request: HoldRequest) => voteBy(PUBLISHER, { request }),
      (request: HoldRequest) => voteBy(APPROVER, { request: { ...request, title: "Harmless" } }),
      () => null,
    ];
    for (const vote of strangers) {
      const ledger = started();
      const request = requestIn(ledger);
      const parent_id = ledger.append("hold", { request });
      const { approval_id } = request;
      const envelope = vote(request);
      const confirmed_via = envelope === null ? "mcp" : null;
      const body = { approval_id, vote: envelope, confirmed_via, declined_via: null, level: null };
      ledger.append("approval", body, { parent_id });
      expectLastBad(ledger, "vote");
    }
  });

  test("an answer that says several things, or nothing", () => {
    const answers = (request: HoldRequest) => [
      { vote: voteBy(APPROVER, { request }), confirmed_via: "mcp", declined_via: null, level: null },
      { vote: voteBy(APPROVER, { request }), confirmed_via: null, declined_via: "mcp", level: null },
      { vote: null, confirmed_via: "mcp", declined_via: "mcp", level: null },
      { vote: null, confirmed_via: null, declined_via: null, level: null },
    ];
    for (let i = 0; i < 4; i++) {
      const ledger = started();
      const request = requestIn(ledger, { mode: "confirm" });
      const parent_id = ledger.append("hold", { request });
      const { approval_id } = request;
      const answer = answers(request)[i];
      if (answer === undefined) expect.unreachable();
      ledger.append("approval", { approval_id, ...answer }, { parent_id });
      expectLastBad(ledger, "exactly one");
    }
  });

  test("a grant that the asking program took back", () => {
    const ledger = started();
    const request = requestIn(ledger);
    const { approval_id } = request;
    const parent_id = ledger.append("hold", { request });
    const answer = (said: object) =>
      ledger.append(
        "approval",
        { approval_id, vote: null, confirmed_via: null, declined_via: null, level: null, ...said },
        { parent_id },
      );
    answer({ vote: voteBy(APPROVER, { request }) });
    answer({ declined_via: "mcp" });
    expect(firstBad(ledger)).toBeUndefined();
    ledger.decision({ grant_id: approval_id });
    expectLastBad(ledger, "its grant is refused");
  });

  test("an answer to no hold", () => {
    const ledger = started();
    const vote = voteBy(APPROVER);
    ledger.append(
      "approval",
      { approval_id: REQUEST.approval_id, vote, confirmed_via: null, declined_via: null, level: null },
      { parent_id: null },
    );
    expectLastBad(ledger, "parent");
  });

  test("in dev the operator may vote, in prod not", () => {
    const held = (config: object) => {
      const ledger = started(config);
      const request = requestIn(ledger);
      const parent_id = ledger.append("hold", { request });
      const vote = voteBy(OPERATOR, { request, approver_id: "operator" });
      ledger.append(
        "approval",
        { approval_id: request.approval_id, vote, confirmed_via: null, declined_via: null, level: null },
        { parent_id },
      );
      return firstBad(ledger);
    };
    expect(held({ env: "dev" })).toBeUndefined();
    expect(held({ env: "prod" })?.reason).toContain("vote");
  });
});

describe("grants", () => {
  test("consumed twice", () => {
    const ledger = started();
    const { approval_id } = granted(ledger);
    ledger.decision({ grant_id: approval_id });
    ledger.decision({ grant_id: approval_id });
    expectLastBad(ledger, "consumed before");
  });

  test("without a hold, without a yes, or too late", () => {
    const none = started();
    none.decision({ grant_id: REQUEST.approval_id });
    expectLastBad(none, "no hold");

    const silent = started();
    silent.append("hold", { request: requestIn(silent) });
    silent.decision({ grant_id: REQUEST.approval_id });
    expectLastBad(silent, "pending");

    const late = started();
    granted(late);
    late.decision({ grant_id: REQUEST.approval_id }, { second: 900 });
    expectLastBad(late, "expired");
  });

  test("for another call", () => {
    const others: Parameters<MemoryLedger["decision"]>[0][] = [
      { tool: "delete_note" },
      { actor: "mcp:somebody" },
      { artifact_digest: "ab".repeat(32) },
      { definition_digest: "ab".repeat(32) },
      { engine: "wcp-hall/9.9.9" },
      { route_input: { ...ROUTE_INPUT, env: "prod" } },
      { route_input: { ...ROUTE_INPUT, request: { ...ROUTE_INPUT.request, arguments: "ab".repeat(32) } } },
      { decision: { ...decisionOf(false), matched_rule_id: "rr_other" } },
    ];
    for (const other of others) {
      const ledger = started();
      granted(ledger);
      ledger.decision({ ...other, grant_id: REQUEST.approval_id });
      expectLastBad(ledger, "another");
    }
  });

  test("for a foreign tool are for the one definition", () => {
    const consumed = (asked: string, used: string | null) => {
      const ledger = started();
      const foreign = { artifact_digest: null, version: null, definition_digest: asked };
      const request = requestIn(ledger, foreign);
      const own = { artifact_digest: null, version: null };
      const hold = ledger.append("hold", { ...own, request });
      const vote = voteBy(APPROVER, { request });
      const { approval_id } = request;
      const answer = { approval_id, vote, confirmed_via: null, declined_via: null, level: null };
      ledger.append("approval", answer, { parent_id: hold });
      ledger.decision({ ...own, definition_digest: used, grant_id: approval_id });
      return firstBad(ledger)?.reason;
    };
    const [one, other] = ["ab".repeat(32), "cd".repeat(32)];
    expect(consumed(one, one)).toBeUndefined();
    expect(consumed(one, other)).toContain("another definition_digest");
    expect(consumed(one, null)).toContain("another definition_digest");
  });

  describe("that people weren't asked for as the policy wants", () => {
    const rulesWith = (approval: unknown) => ({
      rules: [{ rule_id: REQUEST.rule_id, decision: { escalation: { approval } } }],
    });
    /** The finding, if there is one, after a request was granted and consumed under a policy. */
    const consumed = (
      policy: Parameters<MemoryLedger["apply"]>[1],
      changes: Partial<HoldRequest> = {},
      facts = factsOf({ ...REQUEST, ...changes }),
    ) => {
      const ledger = new MemoryLedger();
      ledger.apply(CONFIG, policy);
      const request = granted(ledger, requestIn(ledger, changes));
      const { env } = request;
      ledger.decision({ grant_id: request.approval_id, facts, route_input: { ...ROUTE_INPUT, env } });
      const found = firstBad(ledger);
      expect(found?.seq ?? 4).toBe(4);
      return found?.reason;
    };
    const confirm = { mode: "confirm" } as const;

    test("fewer yes than the rule needs, or more", () => {
      expect(consumed({ rules: rulesWith({ approve: 2 }) })).toContain("for 2");
      expect(consumed({ rules: rulesWith("approve") }, { needed: 1 })).toBeUndefined();
      expect(consumed({ rules: rulesWith({ approve: 1 }) })).toBeUndefined();
    });

    test("a confirmation in an approval's place; the other way round is more than enough", () => {
      expect(consumed({}, confirm)).toContain("confirmation");
      expect(consumed({ rules: rulesWith({ approve: 1 }) }, confirm)).toContain("confirmation");
      expect(consumed({ rules: rulesWith("confirm") }, confirm)).toBeUndefined();
      expect(consumed({ rules: rulesWith("confirm") })).toBeUndefined();
    });

    test("a confirmation in prod or edge, for a risky worker, or under a profile that wants approvals", () => {
      const rules = rulesWith("confirm");
      for (const env of ["prod", "edge"] as const) {
        expect(consumed({ rules }, { ...confirm, env })).toContain("confirmation");
      }
      for (const tier of ["high", "critical"]) {
        expect(consumed({ rules }, confirm, factsOf(REQUEST, tier))).toContain("confirmation");
      }
      expect(consumed({ rules, profile: { approval: "approve" } }, confirm)).toContain("confirmation");
      expect(consumed({ rules, profile: { approval: "confirm" } }, confirm)).toBeUndefined();
    });

    test("by a rule that the policy lacks, or can't be read", () => {
      expect(consumed({ rules: [] })).toContain("rule");
      expect(consumed({ rules: rulesWith("perhaps") })).toContain("rule");
      expect(consumed({ rules: rulesWith("approve").rules })).toBeUndefined();
    });

    test("other holds than the decision met, or another hold's grant", () => {
      const holds = [{ code: "DENY_REQUIRES_HUMAN", reason: "something else" }] as const;
      const others = [{}, factsOf({ ...REQUEST, holds }), factsOf({ ...REQUEST, approval_id: DECISION_ID })];
      for (const facts of others) expect(consumed({}, {}, facts)).toContain("facts");
      expect(consumed({}, { holds })).toBeUndefined();
      expect(consumed({}, { holds }, factsOf(REQUEST))).toContain("facts");
    });
  });

  test("by a call that doesn't start", () => {
    for (const idle of [{ dry_run: true }, { decision: decisionOf(true) }]) {
      const ledger = started();
      granted(ledger);
      ledger.decision({ ...idle, grant_id: REQUEST.approval_id });
      expectLastBad(ledger, "starts no call");
    }
  });
});

describe("receipts", () => {
  test("a second one, one for a denied or dry call, one for nothing", () => {
    const twice = started();
    const call = twice.decision();
    twice.receipt(call);
    twice.append("abandoned", {}, { parent_id: call });
    expectLastBad(twice, "receipt");

    for (const idle of [{ dry_run: true }, { decision: decisionOf(true) }]) {
      const ledger = started();
      ledger.receipt(ledger.decision(idle));
      expectLastBad(ledger, "receipt");
    }
  });
});

describe("the chain", () => {
  test("time runs backwards, or before the decision's now", () => {
    const back = started();
    back.append("query", { tool: "hall_why" }, { second: 0 });
    expectLastBad(back, "time");
    const early = started();
    early.decision({ now: at(5000) });
    expectLastBad(early, "now");
  });

  test("a parent where none belongs", () => {
    const ledger = started();
    const parent_id = ledger.decision();
    ledger.append("query", { tool: "hall_why" }, { parent_id });
    expectLastBad(ledger, "parent");
  });

  test("a genesis under the name of another Hall, a header that lies about its place", () => {
    const false_name = new MemoryLedger(null, "ab".repeat(32));
    expectLastBad(false_name, "genesis of this Hall");

    const body = canonicalBytes({ anything: 1 });
    const lies = [{ seq: 7 }, { prev: "ab".repeat(32) }, { hall_id: "ab".repeat(32) }];
    for (const forged of lies) {
      const ledger = started();
      ledger.write("later_kind", body, { forged });
      expect(firstBad(ledger)?.seq).toBe(2);
    }
  });

  test("a record_id that is taken, a body over 4 MiB of whatever kind", () => {
    const taken = started();
    const record_id = taken.decision();
    taken.decision({}, { forged: { record_id } });
    expectLastBad(taken, "taken");
    const long = started();
    long.write("later_kind", new Uint8Array(4 * 1024 * 1024 + 1), {});
    expectLastBad(long, "4194304");
  });

  test("a second genesis, an install of nothing", () => {
    const second = started();
    second.write("genesis", second.rows[0]?.body ?? new Uint8Array(), {});
    expectLastBad(second, "genesis");
    const nothing = started();
    const manifest_hash = nothing.keep(canonicalBytes({}));
    nothing.append("install", {
      ...CALL,
      skill_id: null,
      certificate: voteBy(PUBLISHER),
      manifest_hash,
      awp: null,
      dev: false,
    });
    expectLastBad(nothing, "what was installed");
  });

  test("a source that can't be read is no finding", () => {
    const broken = {
      ...started().source(),
      rows: (): never => {
        throw new Error("disk");
      },
    };
    expect(() => verifyLedger(broken)).toThrow("disk");
  });
});

/** Any one stored value changed: a byte of a blob, a cell set to null, a number, a text, a row gone or put elsewhere. */
function mutationOf(source: LedgerSource): fc.Arbitrary<LedgerSource> {
  const rows = [...source.rows()];
  const documents = [...source.documents];
  const heads = source.heads as NonNullable<LedgerSource["heads"]>;
  const withRow = (i: number, change: object): LedgerSource => ({
    ...source,
    rows: () => rows.map((row, at) => (at === i ? { ...row, ...change } : row)),
  });
  const row = fc.nat(rows.length - 1);
  const place = fc.nat(1 << 20);
  const bytesOf = (i: number, name: "header" | "salt" | "body") => rows[i]?.[name] ?? new Uint8Array(1);
  const changedBytes = (bytes: Uint8Array, at: number) =>
    [flip(bytes, at), cut(bytes, at), insert(bytes, at)][at % 3];
  const changedHead = (head: Head & { at?: string; epoch?: number }, at: number) => {
    const names = Object.keys(head) as (keyof typeof head)[];
    const name = names[at % names.length] as keyof typeof head;
    const value = head[name];
    return {
      ...head,
      [name]: typeof value === "number" ? value + 1 + (at % 7) : changedText(String(value), at),
    };
  };
  return fc.oneof(
    fc
      .tuple(row, fc.constantFrom("header" as const, "salt" as const, "body" as const), place)
      .map(([i, name, at]) => withRow(i, { [name]: changedBytes(bytesOf(i, name), at) })),
    fc.tuple(row, fc.constantFrom("salt", "body")).map(([i, name]) => withRow(i, { [name]: null })),
    fc.tuple(row, place).map(([i, at]) => withRow(i, { leaf: changedText(rows[i]?.leaf ?? "", at) })),
    fc.tuple(row, fc.integer({ min: 1, max: 9 })).map(([i, by]) => withRow(i, { seq: i + by })),
    row.map((gone) => ({ ...source, rows: () => rows.filter((_, i) => i !== gone) })),
    fc.nat(rows.length - 2).map((i) => ({ ...source, rows: () => swapped(rows, i) })),
    place.map((at) => ({ ...source, heads: changedHead(heads, at) })),
    fc.tuple(fc.nat(documents.length - 1), place).map(([i, at]) => ({
      ...source,
      documents: documents.map((it, j) =>
        j === i ? { ...it, bytes: changedBytes(it.bytes, at) as Uint8Array } : it,
      ),
    })),
    fc.tuple(fc.nat(source.witness.length - 1), place).map(([i, at]) => ({
      ...source,
      witness: source.witness.map((line, j) => (j === i ? (changedHead(line, at) as Head) : line)),
    })),
  );
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const i = at % copy.length;
  copy[i] = (copy[i] ?? 0) ^ (1 << (at % 8));
  return copy;
}

function cut(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.subarray(0, at % bytes.length);
}

function insert(bytes: Uint8Array, at: number): Uint8Array {
  const i = at % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, i), Buffer.from([at % 256]), bytes.subarray(i)]);
}

function changedText(text: string, at: number): string {
  const i = at % text.length;
  return `${text.slice(0, i)}${text[i] === "0" ? "1" : "0"}${text.slice(i + 1)}`;
}

function swapped<T>(items: readonly T[], i: number): readonly T[] {
  const copy = [...items];
  copy.splice(i, 2, ...items.slice(i, i + 2).reverse());
  return copy;
}
