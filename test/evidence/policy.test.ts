import { describe, expect, test } from "vitest";
import { approversOf, parsePolicy, policyDigest, publishersOf } from "../../src/evidence/policy.js";
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
    expect(approversOf(policy({ env: "prod", approvers: [alice] }), [OPERATOR.key])).toEqual([alice]);
  });
  test("in dev the operator too, but not a second time under another name", () => {
    expect(approversOf(policy({ env: "dev" }), [OPERATOR.key])).toEqual([
      { id: "operator", key: OPERATOR.key },
    ]);
    expect(approversOf(policy({ env: "dev", approvers: [alice] }), [APPROVER.key])).toEqual([alice]);
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
