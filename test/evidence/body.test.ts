import { describe, expect, test } from "vitest";
import { type Bodies, parseBody } from "../../src/evidence/body.js";
import type { RecordKind } from "../../src/evidence/record.js";
import { canonicalBytes } from "../../src/protocol/canonical.js";
import { APPROVER, utf8, vector } from "./formats.js";
import { at, CALL, DECISION_ID, decisionOf, REQUEST, ROUTE_INPUT, voteBy } from "./samples.js";

const common = { ...CALL, policy_digest: null, standing_epoch: 0 };
const vote = voteBy(APPROVER);
const lifecycle = {
  ...common,
  manifest_hash: "ab".repeat(32),
  signer: null,
  certificate_digest: null,
  author: "ana",
};
const order = { ...common, order: vote };
const BODIES: { readonly [K in Exclude<RecordKind, "genesis">]: Bodies[K] } = {
  decision: {
    ...common,
    tool: "add_note",
    definition_digest: null,
    now: at(0),
    ids: { decision_id: DECISION_ID, approval_id: null },
    route_input: ROUTE_INPUT,
    facts: {},
    decision: decisionOf(true),
    dry_run: false,
    grant_id: null,
    labels: null,
    conditions: null,
  },
  receipt: {
    ...common,
    outcome: "failed",
    fault: { code: "HANDLER_TIMEOUT", detail: null },
    result: null,
    started_at: null,
    ended_at: at(1),
    containment: null,
    executed_by: "hall",
  },
  abandoned: common,
  hold: { ...common, request: REQUEST },
  approval: {
    ...common,
    approval_id: REQUEST.approval_id,
    vote,
    confirmed_via: null,
    declined_via: null,
    level: null,
  },
  apply: order,
  standing: order,
  ban: order,
  key: order,
  clock: order,
  erase: order,
  install: { ...common, certificate: vote, manifest_hash: "ab".repeat(32), awp: null, dev: true },
  uninstall: common,
  pin: {
    ...common,
    tool: "search",
    capability_id: "cap.doc.read",
    definition_digest: "ab".repeat(32),
    document: "cd".repeat(32),
  },
  init: lifecycle,
  build: lifecycle,
  certify: lifecycle,
  publish: lifecycle,
  query: { ...common, tool: "hall_why" },
  denial_burst: { ...common, code: "DENY_RATE_LIMITED", count: 40 },
};

test("the query body of the vectors", () => {
  expect(parseBody("query", utf8(vector(1, "body 1 "))).tool).toBe("hall_standing");
  expect(Buffer.from(canonicalBytes(JSON.parse(vector(1, "body 1 ")))).toString()).toBe(vector(1, "body 1 "));
});

const CAME_LATER = ["decision definition_digest", "approval declined_via", "approval level"];

describe.each(Object.entries(BODIES))("%s", (name, body) => {
  const kind = name as RecordKind;

  test("comes back as it was written", () => expect(parseBody(kind, canonicalBytes(body))).toEqual(body));

  test("needs every member", () => {
    for (const member of Object.keys(body)) {
      if (CAME_LATER.includes(`${kind} ${member}`)) continue;
      const { [member as keyof typeof body]: _, ...rest } = body;
      expect(() => parseBody(kind, canonicalBytes(rest))).toThrow(`member ${member} is missing`);
    }
  });

  test("refuses a member of another type", () => {
    for (const member of Object.keys(body)) {
      expect(() => parseBody(kind, canonicalBytes({ ...body, [member]: 0.5 }))).toThrow(`member ${member}`);
    }
  });

  test("ignores members that it doesn't know", () => {
    expect(parseBody(kind, canonicalBytes({ ...body, later: { x: 1 } }))).toMatchObject(body);
  });
});

test("a decision from before there were foreign tools reads as one about none", () => {
  const { definition_digest: _, ...before } = BODIES.decision;
  expect(parseBody("decision", canonicalBytes(before))).toEqual(BODIES.decision);
});

test("an approval from before there were levels and refusals reads as one without", () => {
  const { declined_via: _, level: __, ...before } = BODIES.approval;
  expect(parseBody("approval", canonicalBytes(before))).toEqual(BODIES.approval);
});

test("a body that isn't canonical, or too long, is refused", () => {
  expect(() => parseBody("abandoned", utf8(JSON.stringify(common, null, 1)))).toThrow("canonical");
  expect(() => parseBody("abandoned", new Uint8Array(4 * 1024 * 1024 + 1))).toThrow("4194304");
});
