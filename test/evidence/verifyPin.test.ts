import { expect, test } from "vitest";
import { verifyLedger } from "../../src/evidence/verify.js";
import { canonicalBytes } from "../../src/protocol/canonical.js";
import { definitionDigest, foreignDefinition } from "../../src/protocol/foreign.js";
import { MemoryLedger } from "./memoryLedger.js";

const DEFINITION = foreignDefinition({ name: "search", description: "Finds things" });
const OTHER = foreignDefinition({ name: "search", description: "Finds and deletes things" });

function pin(ledger: MemoryLedger, of: { readonly [member: string]: unknown } = {}): void {
  ledger.append("pin", {
    skill_id: "local/search",
    tool: "search",
    capability_id: "cap.doc.search",
    definition_digest: definitionDigest(DEFINITION),
    document: ledger.keep(canonicalBytes(DEFINITION)),
    ...of,
  });
}

function verdict(write: (ledger: MemoryLedger) => void) {
  const ledger = new MemoryLedger();
  ledger.apply({ env: "dev", approvers: [] });
  write(ledger);
  const result = verifyLedger(ledger.source());
  return result.ok ? undefined : result.first_bad;
}

test("pins of different tools and origins are in order, and move no epoch", () => {
  const tool = { tool: "other" };
  expect(
    verdict((ledger) => {
      pin(ledger);
      pin(ledger, tool);
      pin(ledger, { skill_id: "local/other" });
      ledger.append("query", { tool: "hall_standing" });
    }),
  ).toBeUndefined();
});

test.each<[string, (ledger: MemoryLedger) => void, string]>([
  ["the same again", (ledger) => pin(ledger), "the first pin stands"],
  [
    "another definition",
    (ledger) =>
      pin(ledger, {
        definition_digest: definitionDigest(OTHER),
        document: ledger.keep(canonicalBytes(OTHER)),
      }),
    "the first pin stands",
  ],
])("a second pin of one tool is found: %s", (_, again, reason) => {
  const found = verdict((ledger) => {
    pin(ledger);
    again(ledger);
  });
  expect(found).toMatchObject({ seq: 3, reason: expect.stringContaining(reason) });
});

test.each<[string, (ledger: MemoryLedger) => object, string]>([
  ["a document that is missing", () => ({ document: "0".repeat(64) }), "missing or changed"],
  [
    "another definition's document",
    (ledger) => ({ document: ledger.keep(canonicalBytes(OTHER)) }),
    "isn't the definition",
  ],
  [
    "a document that is no definition",
    (ledger) => ({ document: ledger.keep(canonicalBytes({ name: "search" })) }),
    "isn't a tool's definition",
  ],
  [
    "a document that isn't canonical",
    (ledger) => ({ document: ledger.keep(Buffer.from(JSON.stringify(DEFINITION, null, 1))) }),
    "definition: ",
  ],
  [
    "a definition with more members",
    (ledger) => ({ document: ledger.keep(canonicalBytes({ ...DEFINITION, later: 1 })) }),
    "isn't a tool's definition",
  ],
  ["nobody's tool", () => ({ skill_id: null }), "whose tool"],
])("a pin with %s is found", (_, changes, reason) => {
  const found = verdict((ledger) => pin(ledger, { ...changes(ledger) }));
  expect(found).toMatchObject({ seq: 2, reason: expect.stringContaining(reason) });
});

test("a definition's document that was changed is found with its pin", () => {
  const ledger = new MemoryLedger();
  ledger.apply({ env: "dev", approvers: [] });
  pin(ledger);
  const source = ledger.source();
  const documents = ledger.documents.map(({ digest, bytes }) => ({
    digest,
    bytes: Buffer.from(Buffer.from(bytes).toString().replace("Finds things", "Finds thongs")),
  }));
  expect(verifyLedger({ ...source, documents })).toMatchObject({ ok: false, first_bad: { seq: 2 } });
});
