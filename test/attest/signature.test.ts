import { expect, test } from "vitest";
import { isManifestSignature, signedText, signManifest } from "../../src/attest/signature.js";

/** The values of wcp.md 7.3. */
const manifest = {
  schema_version: "awp.v1",
  worker_id: "org.example.w.i-1",
  worker_species_id: "wrk.example.w",
  worker_version: "1.0.0",
  package_hash: "a".repeat(64),
  built_at_utc: "2026-01-01T00:00:00Z",
  build_source: "ci",
};
const { build_source: _, ...withoutSource } = manifest;

test.each([
  ["as it is", manifest, "ab18363f95484a4ad8ec0aac6368d7be7ed142414455a0acca83fa1d2c0f0bb7"],
  [
    "a missing build_source",
    withoutSource,
    "f83043d1369f8df2b267763b00b76706796e04ef652a22ec68cdba82d5daec11",
  ],
  [
    "é, escaped as Python does",
    { ...manifest, build_source: "é" },
    "71ffd51a23e64b83c5cc877bb528dc917cfff46cada3056b7d7248a2f8081984",
  ],
])("vector of wcp.md 7.3: %s", (_name, values, signature) => {
  expect(signManifest(values, "secret")).toBe(signature);
  expect(isManifestSignature(values, "secret", signature)).toBe(true);
});

test("beyond the BMP, quotes and controls are spelt as Python's json does", () => {
  const text = signedText({ ...manifest, build_source: '😀"\\\u0001\n\u007f' });
  expect(text).toContain('"build_source":"\\ud83d\\ude00\\"\\\\\\u0001\\n\u007f"');
});

test("unsigned members change nothing, inherited ones aren't read", () => {
  expect(signedText({ ...manifest, attested_at_utc: "x", trust_statement: "y", more: 1 })).toBe(
    signedText(manifest),
  );
  const heir = Object.assign(Object.create({ build_source: "ci" }), withoutSource);
  expect(signedText(heir)).toBe(signedText(withoutSource));
});

test("a signed member that isn't text has no signature", () => {
  expect(signedText({ ...manifest, worker_version: 1 })).toBeUndefined();
  expect(isManifestSignature({ ...manifest, worker_version: 1 }, "secret", "a".repeat(64))).toBe(false);
});

test("signatures are compared as whole text", () => {
  const signature = signManifest(manifest, "secret") ?? "";
  for (const changed of [
    signature.toUpperCase(),
    `${signature}junk`,
    ` ${signature}`,
    signature.slice(1),
    "",
  ]) {
    expect(isManifestSignature(manifest, "secret", changed)).toBe(false);
  }
  expect(isManifestSignature(manifest, "Secret", signature)).toBe(false);
});
