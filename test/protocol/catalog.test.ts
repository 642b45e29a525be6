import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sha256Hex } from "../../src/protocol/canonical.js";
import {
  catalogBlast,
  catalogEntity,
  catalogueDigest,
  catalogueDocument,
} from "../../src/protocol/catalog.js";

test("the file is its own canonical form, and its digest names it", () => {
  const file = readFileSync(new URL("../../src/protocol/catalog.json", import.meta.url));
  expect(Buffer.from(catalogueDocument()).equals(file)).toBe(true);
  expect(catalogueDigest()).toBe(sha256Hex(file));
});

test("it has the 245 entries of the taxonomy, of five types", () => {
  const { entities } = JSON.parse(Buffer.from(catalogueDocument()).toString()) as {
    entities: { id: string; type: string }[];
  };
  expect(new Set(entities.map((entity) => entity.id)).size).toBe(245);
  const count = (type: string) => entities.filter((entity) => entity.type === type).length;
  expect(["capability", "worker_species", "control", "profile", "policy"].map(count)).toEqual([
    127, 48, 33, 33, 4,
  ]);
});

test("look-ups: controls in either spelling, blast hints in numbers, nothing for strangers", () => {
  expect(catalogEntity("cap.db.write")?.risk_tier).toBe("medium");
  expect(catalogEntity("ctrl.obs.audit_log_append_only")?.id).toBe("ctrl.obs.audit-log-append-only");
  expect(catalogBlast("cap.doc.redact")).toEqual({
    data: 3,
    network: 0,
    financial: 1,
    time: 2,
    reversibility: 5,
  });
  expect(catalogEntity("cap.doc.search")).toBeUndefined();
  expect(catalogEntity("toString")).toBeUndefined();
  expect(catalogBlast("ctrl.pol.default-deny")).toBeUndefined();
});
