import { describe, expect, test } from "vitest";
import { hallIdOf, makeGenesis, parseGenesis } from "../../src/evidence/genesis.js";
import { canonicalBytes } from "../../src/protocol/canonical.js";
import { APPROVER, fill, LEDGER, OPERATOR, PUBLISHER, utf8, vector } from "./formats.js";

const text = vector(1, "body 0 ");
const parts = { continues: null, ledger_key: LEDGER.key, nonce: fill(0x11), operator_keys: [OPERATOR.key] };

test("the vector", () => {
  const { body, hall_id } = makeGenesis(parts);
  expect(Buffer.from(body).toString()).toBe(text);
  expect(hall_id).toBe(vector(1, "hall_id = "));
  expect(hallIdOf(utf8(text))).toBe(hall_id);
  expect(parseGenesis(body)).toEqual(JSON.parse(text));
});

test("operator keys are put in order", () => {
  const { body } = makeGenesis({ ...parts, operator_keys: [PUBLISHER.key, OPERATOR.key, APPROVER.key] });
  expect(parseGenesis(body).operator_keys).toEqual([OPERATOR.key, APPROVER.key, PUBLISHER.key]);
});

test("a Hall that goes on from another", () => {
  const hash = "ab".repeat(32);
  const continues = { hall_id: hash, size: 3, head: hash, witnessed_size: 5, witnessed_head: hash };
  expect(parseGenesis(makeGenesis({ ...parts, continues }).body).continues).toEqual(continues);
});

describe("a genesis that isn't one", () => {
  const cases: readonly [string, object, string][] = [
    ["no operator", { operator_keys: [] }, "operator_keys"],
    ["one operator twice", { operator_keys: [OPERATOR.key, OPERATOR.key] }, "each once"],
    ["operators out of order", { operator_keys: [PUBLISHER.key, OPERATOR.key] }, "sorted"],
    ["one key in two roles", { operator_keys: [LEDGER.key] }, "ledger and operator"],
    ["a key of small order", { ledger_key: `ed25519:${"00".repeat(32)}` }, "ledger_key"],
    ["a short nonce", { nonce: "11" }, "nonce"],
    ["an unknown member", { more: 1 }, "more"],
    ["a continues with less", { continues: { size: 1 } }, "continues"],
  ];
  test.each(cases)("%s", (_name, change, named) => {
    expect(() => parseGenesis(canonicalBytes({ ...JSON.parse(text), ...change }))).toThrow(named);
  });
  test("a short nonce can't be made", () => {
    expect(() => makeGenesis({ ...parts, nonce: new Uint8Array(16) })).toThrow("nonce");
  });
});
