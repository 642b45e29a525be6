import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sealEnvelope } from "../../src/evidence/dsse.js";
import { checkGrant, openVote, type RecordedApproval } from "../../src/evidence/grant.js";
import type { PolicyApprover } from "../../src/evidence/policy.js";
import type { HoldRequest } from "../../src/evidence/request.js";
import { APPROVER, LEDGER, OPERATOR, PUBLISHER } from "./formats.js";
import { ALICE, at, REQUEST, VOTE, voteBy } from "./samples.js";

const BOB: PolicyApprover = { ...ALICE, id: "bob", key: PUBLISHER.key };
const yes = (second: number, vote = voteBy(APPROVER)): RecordedApproval => ({
  vote,
  confirmed_via: null,
  declined_via: null,
  at: at(second),
});
const bobs = (second: number, changes = {}) =>
  yes(second, voteBy(PUBLISHER, { approver_id: "bob", ...changes }));
const no = (second: number) => yes(second, voteBy(APPROVER, { verdict: "deny" }));
const confirmed = (second: number): RecordedApproval => ({
  vote: null,
  confirmed_via: "mcp elicitation",
  declined_via: null,
  at: at(second),
});
const declined = (second: number): RecordedApproval => ({
  ...confirmed(second),
  confirmed_via: null,
  declined_via: "mcp elicitation",
});
const check = (approvals: readonly RecordedApproval[], now: number, request: HoldRequest = REQUEST) =>
  checkGrant({ request, approvals, approvers: [ALICE, BOB], now: at(now) });

describe("one approval", () => {
  test("pending until someone answers, then expired", () => {
    expect(check([], 0)).toEqual({ state: "pending", expires_at: at(900) });
    expect(check([], 899.999).state).toBe("pending");
    expect(check([], 900).state).toBe("expired");
  });

  test("granted from the record's time for ten minutes, exclusive", () => {
    const granted = { state: "granted", granted_at: at(60), expires_at: at(660) };
    expect(check([yes(60)], 60)).toEqual(granted);
    expect(check([yes(60)], 659.999)).toEqual(granted);
    expect(check([yes(60)], 660)).toEqual({ ...granted, state: "expired" });
  });

  test("a grant given in time outlives its hold", () => {
    expect(check([yes(899.999)], 1000).state).toBe("granted");
    expect(check([yes(900)], 901).state).toBe("expired");
  });

  test("what the approver claims about the time counts nothing", () => {
    const early = voteBy(APPROVER, { voted_at: at(-9999) });
    expect(check([yes(60, early)], 61)).toMatchObject({ state: "granted", granted_at: at(60) });
  });

  test("a deny refuses, before and after the yes", () => {
    expect(check([no(60)], 61).state).toBe("refused");
    expect(check([yes(60), no(70)], 71).state).toBe("refused");
    expect(check([no(60), bobs(70)], 71).state).toBe("refused");
  });
});

describe("votes that count nothing", () => {
  const votes: readonly [string, RecordedApproval][] = [
    ["by nobody in the policy", yes(60, voteBy(LEDGER))],
    ["under another's id", yes(60, voteBy(PUBLISHER))],
    [
      "for a request that differs in one member",
      yes(60, voteBy(APPROVER, { request: { ...REQUEST, needed: 2 } })),
    ],
    ["under another type", yes(60, sealEnvelope("order", VOTE, [APPROVER]))],
    ["with an unknown member", yes(60, sealEnvelope("vote", { ...VOTE, more: 1 }, [APPROVER]))],
    ["through a channel that no policy names", yes(60, voteBy(APPROVER, { via: "slack:T1/U2" }))],
    ["with a changed signature", yes(60, { ...voteBy(APPROVER), signatures: voteBy(PUBLISHER).signatures })],
    ["a mere confirmation", confirmed(60)],
    ["nothing at all", { vote: null, confirmed_via: null, declined_via: null, at: at(60) }],
  ];
  test.each(votes)("%s", (_name, approval) => {
    expect(check([approval], 61).state).toBe("pending");
  });

  test("a foreign deny doesn't refuse", () => {
    expect(check([yes(60, voteBy(OPERATOR, { verdict: "deny" })), yes(70)], 71).state).toBe("granted");
  });
});

describe("two approvals", () => {
  const two = { ...REQUEST, needed: 2 };
  const first = yes(60, voteBy(APPROVER, { request: two }));

  test("by one key under two names are one", () => {
    const alicesOther = { ...ALICE, id: "bob" };
    const second = yes(70, voteBy(APPROVER, { request: two, approver_id: "bob" }));
    const approvers = [ALICE, alicesOther];
    const grant = checkGrant({ request: two, approvals: [first, second], approvers, now: at(71) });
    expect(grant.state).toBe("pending");
  });

  test("of different approvers; the second one starts the grant", () => {
    expect(check([first], 61, two).state).toBe("pending");
    expect(check([first, bobs(70, { request: two })], 71, two)).toMatchObject({
      state: "granted",
      granted_at: at(70),
    });
  });

  test("a second yes of one approver counts nothing, and a third changes no time", () => {
    expect(check([first, { ...first, at: at(65) }], 66, two).state).toBe("pending");
    const all = [first, bobs(70, { request: two }), { ...first, at: at(80) }];
    expect(check(all, 81, two)).toMatchObject({ granted_at: at(70) });
  });
});

describe("a confirmation", () => {
  const confirm: HoldRequest = { ...REQUEST, mode: "confirm" };
  test("is enough where the mode is confirm", () => {
    expect(check([confirmed(60)], 61, confirm)).toMatchObject({ state: "granted", granted_at: at(60) });
    expect(check([confirmed(900)], 901, confirm).state).toBe("expired");
  });
  test("taken back by the asking program's own no, whatever the mode", () => {
    expect(check([confirmed(60), declined(70)], 71, confirm).state).toBe("refused");
    expect(check([declined(60), confirmed(70)], 71, confirm).state).toBe("refused");
    expect(check([yes(60), declined(70)], 71).state).toBe("refused");
  });
  test("and so is a vote", () => {
    expect(check([yes(60, voteBy(APPROVER, { request: confirm }))], 61, confirm).state).toBe("granted");
  });
});

test("law: what counts nothing never helps", () => {
  const useless = [confirmed(60), yes(60, voteBy(LEDGER)), yes(901), yes(60, voteBy(PUBLISHER))];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...useless)), fc.nat(2000), (approvals, now) => {
      expect(["pending", "expired"]).toContain(check(approvals, now).state);
    }),
    { numRuns: 30 },
  );
});

test("openVote gives the vote only to its request and approver", () => {
  expect(openVote(voteBy(APPROVER), REQUEST, [ALICE])).toEqual({ vote: VOTE, approver: ALICE });
  expect(openVote(voteBy(APPROVER), { ...REQUEST, title: "Other" }, [ALICE])).toBeUndefined();
  expect(openVote(voteBy(APPROVER), REQUEST, [{ ...ALICE, id: "alicia" }])).toBeUndefined();
  expect(openVote(voteBy(APPROVER), REQUEST, [])).toBeUndefined();
});
