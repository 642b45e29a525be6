import { describe, expect, test } from "vitest";
import { approvalNeed, compileRules } from "../../src/decide/rules.js";
import {
  approvalNeedOf,
  approversOf,
  parsePolicy,
  policyDigest,
  publishersOf,
} from "../../src/evidence/policy.js";
import { canonicalBytes, type JsonObject, sha256Hex } from "../../src/protocol/canonical.js";
import { APPROVER, OPERATOR, PUBLISHER } from "./formats.js";

const alice = { id: "alice", key: APPROVER.key };
const policy = (config: JsonObject) => ({
  v: 1 as const,
  config,
  rules: { rules: [] },
  profile: null,
  tables: {},
  catalogue: null,
});

test("a document is named by its own hash, not by H(bytes)", () => {
  const bytes = canonicalBytes(policy({}));
  expect(policyDigest(bytes)).toBe(sha256Hex(Buffer.concat([Buffer.from("wcp-hall/policy/1\n"), bytes])));
  expect(policyDigest(bytes)).not.toBe(sha256Hex(bytes));
  expect(parsePolicy(bytes)).toEqual(policy({}));
});

test.each([
  ["another version", { ...policy({}), v: 2 }, "v"],
  ["an unknown member", { ...policy({}), engine: "x" }, "engine"],
  ["a config that is a list", { ...policy({}), config: [] }, "config"],
])("%s is refused", (_name, value, named) => {
  expect(() => parsePolicy(canonicalBytes(value))).toThrow(named);
});

test("a document that isn't canonical is refused", () => {
  expect(() => parsePolicy(Buffer.from(JSON.stringify(policy({}), null, 1)))).toThrow("canonical");
});

describe("who may vote", () => {
  test("those in config", () => {
    expect(approversOf(policy({ env: "prod", approvers: [alice] }), [OPERATOR.key])).toEqual([
      { ...alice, level: "gatekeeper", via: null },
    ]);
  });
  test("in dev the operator too, but not a second time under another name", () => {
    expect(approversOf(policy({ env: "dev" }), [OPERATOR.key])).toEqual([
      { id: "operator", key: OPERATOR.key, level: "incident_commander", via: null },
    ]);
    expect(approversOf(policy({ env: "dev", approvers: [alice] }), [APPROVER.key])).toMatchObject([alice]);
  });
  test("with the level that config gives them", () => {
    const levels = ["advisory", "gatekeeper", "executor", "incident_commander"];
    for (const level of levels) {
      const [first] = approversOf(policy({ env: "prod", approvers: [{ ...alice, level }] }), []);
      expect(first).toMatchObject({ level });
    }
    expect(approversOf(policy({ env: "prod", approvers: [{ ...alice, level: "chief" }] }), [])).toEqual([]);
  });
  test("nobody by a key of another role", () => {
    const approvers = [alice];
    expect(approversOf(policy({ env: "prod", approvers }), [APPROVER.key])).toEqual([]);
    const publishers = [{ key: APPROVER.key, namespaces: ["org.acme"] }];
    expect(approversOf(policy({ env: "prod", approvers, publishers }), [])).toEqual([]);
  });
  test("people whom a channel knows, with the channel's key and their own level, else the channel's", () => {
    const channel = { id: "slack:T1", key: PUBLISHER.key, secret: "S", subjects: { U1: "alice", U2: "bob" } };
    const listed = { env: "prod", approvers: [{ ...alice, level: "executor" }] };
    const through = (config: JsonObject) =>
      approversOf(policy({ ...listed, ...config }), [OPERATOR.key]).filter(({ via }) => via !== null);
    expect(through({ channels: [channel] })).toEqual([
      { id: "alice", key: PUBLISHER.key, level: "executor", via: "slack:T1/U1" },
      { id: "bob", key: PUBLISHER.key, level: "gatekeeper", via: "slack:T1/U2" },
    ]);
    expect(through({ channels: [{ ...channel, level: "advisory" }] })[1]).toMatchObject({
      level: "advisory",
    });
    for (const key of [APPROVER.key, OPERATOR.key])
      expect(through({ channels: [{ ...channel, key }] })).toEqual([]);
  });
  test("nobody whose entry is broken", () => {
    const approvers = [{ id: "eve", key: `ed25519:${"00".repeat(32)}` }, { key: APPROVER.key }, null, "x"];
    expect(approversOf(policy({ env: "stage", approvers }), [OPERATOR.key])).toEqual([]);
    expect(approversOf(policy({ env: "stage", approvers: "all" }), [])).toEqual([]);
  });
});

test("whose certificates count", () => {
  const publishers = [
    { key: PUBLISHER.key, namespaces: ["org.acme", 7] },
    { key: "x", namespaces: [] },
    { key: PUBLISHER.key },
  ];
  expect(publishersOf(policy({ publishers }))).toEqual([{ key: PUBLISHER.key, namespaces: ["org.acme"] }]);
});

describe("the yes that a rule asks for", () => {
  const rule = (escalation?: unknown) => ({ rule_id: "rr_1", match: {}, decision: { escalation } });
  const needOf = (rules: unknown) => approvalNeedOf({ ...policy({}), rules: rules as JsonObject }, "rr_1");

  test.each([undefined, "approve", "confirm", { approve: 1 }, { approve: 3 }])(
    "%j is read as the engine reads it",
    (approval) => {
      const rules = [rule(approval === undefined ? {} : { approval })];
      const [compiled] = compileRules(rules).rules;
      expect(needOf({ rules })).toEqual(compiled && approvalNeed(compiled));
      expect(needOf(rules)).toEqual(needOf({ rules }));
    },
  );

  test.each(["maybe", 2, null, {}, { approve: 0 }, { approve: "2" }, { approve: 1.5 }])(
    "%j is none",
    (approval) => {
      const rules = [rule({ approval })];
      expect(compileRules(rules).rules[0]?.flaw).not.toBeNull();
      expect(needOf({ rules })).toBeUndefined();
    },
  );

  test("of a rule that isn't there is none", () => {
    for (const rules of [{ rules: [] }, {}, { rules: "all" }, { rules: [null, "rr_1"] }]) {
      expect(needOf(rules)).toBeUndefined();
    }
    expect(needOf([{ rule_id: "rr_1" }])).toEqual({
      mode: "approve",
      needed: 1,
      supervisor_level: null,
    });
  });
});
