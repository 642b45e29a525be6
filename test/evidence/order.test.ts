import { describe, expect, test } from "vitest";
import { sealEnvelope } from "../../src/evidence/dsse.js";
import { openOrder, parseOrder, parseSubject, subjectText } from "../../src/evidence/order.js";
import { LEDGER, OPERATOR, PUBLISHER } from "./formats.js";

const hash = "ab".repeat(32);
const uuid = "019aa0b1-0000-7000-8000-000000000000";
const shared = { hall_id: hash, previous: null, issued_at: "2026-11-20T09:00:00.000Z", reason: null };
const ORDERS = {
  apply: { ...shared, kind: "apply", policy_digest: hash },
  standing: {
    ...shared,
    kind: "standing",
    subject: "skill:org.acme/notes",
    state: "revoked",
    adapter: null,
    scope: "org",
  },
  ban: { ...shared, kind: "ban", subject: `hash:${hash}`, add: true, scope: "global" },
  key: { ...shared, kind: "key", role: "ledger", old: LEDGER.key, new: OPERATOR.key, size: 3, head: hash },
  clock: { ...shared, kind: "clock", at: "2026-11-20T09:00:00.000Z" },
  erase: { ...shared, kind: "erase", record_ids: [uuid] },
};

test.each(Object.entries(ORDERS))("a %s order is read as it was written", (_kind, order) => {
  expect(parseOrder(order)).toEqual(order);
});

describe("an order that isn't one", () => {
  const { apply, standing, ban, key, erase } = ORDERS;
  const cases: readonly [string, unknown, string][] = [
    ["nothing", null, "unknown kind"],
    ["an unknown kind", { ...apply, kind: "constructor" }, "unknown kind"],
    ["an unknown member", { ...apply, more: 1 }, "more"],
    ["a missing member", { ...apply, reason: undefined }, "reason"],
    ["another order's member", { ...apply, subject: "x" }, "subject"],
    ["a subject without a type", { ...ban, subject: "org.acme/notes" }, "subject"],
    ["a scope that isn't one", { ...ban, scope: "all" }, "scope"],
    ["degraded nowhere", { ...standing, state: "degraded" }, "without an adapter"],
    ["revoked for one adapter", { ...standing, adapter: "mcp" }, "with an adapter"],
    ["banned, which is a ban's word", { ...standing, state: "banned" }, "state"],
    ["a ledger key removed", { ...key, new: null }, "never removed"],
    ["the same key", { ...key, new: LEDGER.key }, "same"],
    ["nothing erased", { ...erase, record_ids: [] }, "record_ids"],
  ];
  test.each(cases)("%s", (_name, order, named) => expect(() => parseOrder(order)).toThrow(named));
});

test("only an operator key in force opens an order", () => {
  const envelope = sealEnvelope("order", ORDERS.apply, [OPERATOR]);
  expect(openOrder(envelope, [OPERATOR.key])).toEqual(ORDERS.apply);
  expect(() => openOrder(envelope, [LEDGER.key])).toThrow("operator key in force");
  expect(() => openOrder(sealEnvelope("vote", ORDERS.apply, [OPERATOR]), [OPERATOR.key])).toThrow(
    "operator key",
  );
});

test.each([
  ["skill:org.acme/notes", { type: "skill", skill_id: "org.acme/notes", version: null }],
  [
    "skill:org.acme/notes@1.2.0-dev.abc",
    { type: "skill", skill_id: "org.acme/notes", version: "1.2.0-dev.abc" },
  ],
  [`hash:${hash}`, { type: "hash", hash }],
  ["worker:org.acme.notes", { type: "worker", worker_id: "org.acme.notes" }],
  [`publisher:${PUBLISHER.key}`, { type: "publisher", key: PUBLISHER.key }],
] as const)("subject %s, there and back", (text, subject) => {
  expect(parseSubject(text)).toEqual(subject);
  expect(subjectText(subject)).toBe(text);
});

test.each([
  "",
  "skill:",
  "skill:notes",
  "skill:org.acme/notes@",
  "skill:org.acme/notes@1@2",
  `hash:sha256:${hash}`,
  `hash:${hash.toUpperCase()}`,
  "worker:",
  "worker:a b",
  `publisher:ed25519:${"00".repeat(32)}`,
  "publisher:",
  "all:everything",
])("%j is no subject", (text) => expect(parseSubject(text)).toBeUndefined());
