import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildManifest, type ManifestFacts, manifestOf, writeManifest } from "../../src/attest/manifest.js";
import { canonicalPackageHash } from "../../src/attest/packageFiles.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "manifest-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const facts: ManifestFacts = {
  workerId: "org.acme.notes",
  workerSpeciesId: "wrk.doc.searcher",
  workerVersion: "1.2.0",
  signingSecret: "secret",
  now: () => Date.parse("2026-11-20T09:00:00.999Z"),
};

test("a manifest of a directory, which it leaves as it is", () => {
  writeFileSync(join(root, "a.txt"), "hello\n");
  const manifest = buildManifest({ ...facts, packageRoot: root, buildSource: "ci" });
  expect(manifest).toEqual({
    schema_version: "awp.v1",
    worker_id: "org.acme.notes",
    worker_species_id: "wrk.doc.searcher",
    worker_version: "1.2.0",
    package_hash: "295e0dec3c6274295bdb6fba3d95ce338e69bc59f02bbbfe6cc88ddba56c8832",
    built_at_utc: "2026-11-20T09:00:00Z",
    attested_at_utc: "2026-11-20T09:00:00Z",
    build_source: "ci",
    trust_statement: `Package attested by namespace org.acme at 2026-11-20T09:00:00Z; package hash sha256:${manifest.package_hash}.`,
    signature_hmac_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(readdirSync(root)).toEqual(["a.txt"]);
});

test("local is where it was built unless said otherwise", () => {
  expect(manifestOf("ab".repeat(32), facts).build_source).toBe("local");
});

test.each([
  ["no secret", { signingSecret: undefined }, "signingSecret"],
  ["an empty secret", { signingSecret: "" }, "signingSecret"],
  ["a worker without a namespace", { workerId: "notes" }, "workerId"],
  ["a build source that isn't one", { buildSource: "laptop" as never }, "buildSource"],
  ["a version that isn't text", { workerVersion: 1 as never }, "workerVersion"],
])("%s is refused", (_name, changes, named) => {
  expect(() => manifestOf("ab".repeat(32), { ...facts, ...changes })).toThrow(named);
});

test("it is written sorted, indented, with a newline, and doesn't change the package's hash", () => {
  writeFileSync(join(root, "a.txt"), "x");
  const before = canonicalPackageHash(root);
  const path = join(root, "sub", "manifest.json");
  writeManifest({ b: 1, a: { d: [2, { f: 1, e: 2 }], c: 3 } }, path);
  const text =
    '{\n  "a": {\n    "c": 3,\n    "d": [\n      2,\n      {\n        "e": 2,\n        "f": 1\n      }\n    ]\n  },\n  "b": 1\n}\n';
  expect(readFileSync(path, "utf8")).toBe(text);
  writeManifest({ z: 1 }, path);
  expect(readFileSync(path, "utf8")).toBe('{\n  "z": 1\n}\n');
  expect(readdirSync(join(root, "sub"))).toEqual(["manifest.json"]);
  expect(canonicalPackageHash(root)).toBe(before);
});
