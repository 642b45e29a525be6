import { describe, expect, test } from "vitest";
import {
  type AttestResult,
  checkPackageManifest,
  type ManifestQuestion,
} from "../../src/attest/checkManifest.js";
import { manifestOf } from "../../src/attest/manifest.js";

const packageHash = "ab".repeat(32);
const built = Date.parse("2026-11-20T09:00:00.999Z");
const facts = {
  workerId: "org.acme.notes",
  workerSpeciesId: "wrk.doc.searcher",
  workerVersion: "1.2.0",
  signingSecret: "s3cret",
  now: () => built,
};
const manifest = manifestOf(packageHash, facts);
const question: ManifestQuestion = {
  manifest,
  packageHash,
  workerId: facts.workerId,
  workerSpeciesId: facts.workerSpeciesId,
  secret: "s3cret",
  now: built + 60_000,
};
const check = (changes: Partial<ManifestQuestion>) => checkPackageManifest({ ...question, ...changes });
const denyCodes = (results: readonly AttestResult[]) => results.map((result) => result.denyCode);

test("a good manifest says who vouches for which bytes", () => {
  expect(check({})).toEqual({
    ok: true,
    denyCode: null,
    meta: {
      package_hash: packageHash,
      manifest_schema: "awp.v1",
      attested_at_utc: "2026-11-20T09:00:00Z",
      verified_at_utc: "2026-11-20T09:01:00Z",
      trust_statement: `Package attested by namespace org.acme at 2026-11-20T09:00:00Z; package hash sha256:${packageHash}.`,
    },
  });
});

test("an unsigned claim about time or trust isn't passed on", () => {
  const forged = { ...manifest, attested_at_utc: "1999-01-01T00:00:00Z", trust_statement: "Trust me." };
  const { ok, meta } = check({ manifest: forged });
  expect(ok).toBe(true);
  expect(meta["attested_at_utc"]).toBe("unknown");
  expect(meta["trust_statement"]).toContain("at 2026-11-20T09:00:00Z");
});

describe("every code, with what was compared", () => {
  test.each([[undefined], [null], [[]], ["x"], [7]])("ATTEST_MANIFEST_MISSING: %j", (value) => {
    expect(check({ manifest: value })).toEqual({ ok: false, denyCode: "ATTEST_MANIFEST_MISSING", meta: {} });
  });

  test("ATTEST_MANIFEST_ID_MISMATCH", () => {
    expect(check({ workerId: "org.acme.other" })).toEqual({
      ok: false,
      denyCode: "ATTEST_MANIFEST_ID_MISMATCH",
      meta: {
        manifest_worker_id: "org.acme.notes",
        expected_worker_id: "org.acme.other",
        manifest_worker_species_id: "wrk.doc.searcher",
        expected_worker_species_id: "wrk.doc.searcher",
      },
    });
    expect(check({ workerSpeciesId: "wrk.x.y" }).denyCode).toBe("ATTEST_MANIFEST_ID_MISMATCH");
    const nameless = check({ workerId: "notes", manifest: { ...manifest, worker_id: "notes" } });
    expect(nameless).toMatchObject({
      denyCode: "ATTEST_MANIFEST_ID_MISMATCH",
      meta: { error: expect.any(String) },
    });
  });

  test("ATTEST_HASH_MISMATCH, also when the hash couldn't be made", () => {
    const other = "cd".repeat(32);
    expect(check({ packageHash: other })).toEqual({
      ok: false,
      denyCode: "ATTEST_HASH_MISMATCH",
      meta: { expected_hash: packageHash, computed_hash: other },
    });
    expect(check({ packageHash: undefined }).denyCode).toBe("ATTEST_HASH_MISMATCH");
    const empty = check({ manifest: { ...manifest, package_hash: "" }, packageHash: "" });
    expect(empty.ok).toBe(false);
  });

  test("ATTEST_SIGNATURE_MISSING, on either side", () => {
    expect(check({ secret: "", secretEnv: "MY_KEY" })).toEqual({
      ok: false,
      denyCode: "ATTEST_SIGNATURE_MISSING",
      meta: { signature_present: true, secret_env_set: false, secret_env: "MY_KEY" },
    });
    for (const signature_hmac_sha256 of ["", null, 7, undefined]) {
      expect(check({ manifest: { ...manifest, signature_hmac_sha256 } })).toMatchObject({
        denyCode: "ATTEST_SIGNATURE_MISSING",
        meta: { signature_present: false, secret_env_set: true, secret_env: "WCP_ATTEST_HMAC_KEY" },
      });
    }
  });

  test("ATTEST_SIG_INVALID", () => {
    const wrong = { ok: false, denyCode: "ATTEST_SIG_INVALID", meta: {} };
    expect(check({ secret: "another" })).toEqual(wrong);
    expect(check({ manifest: { ...manifest, worker_version: "1.2.1" } })).toEqual(wrong);
    expect(check({ manifest: { ...manifest, build_source: "ci" } })).toEqual(wrong);
  });

  test("ATTEST_BANNED_HASH, in either spelling", () => {
    const banned = { ok: false, denyCode: "ATTEST_BANNED_HASH", meta: { package_hash: packageHash } };
    expect(check({ bannedHashes: new Set([packageHash]) })).toEqual(banned);
    expect(check({ bannedHashes: ["x", `sha256:${packageHash}`] })).toEqual(banned);
    expect(check({ bannedHashes: ["cd".repeat(32)] }).ok).toBe(true);
  });
});

test("with everything wrong, the codes come in their order as each is put right", () => {
  const wrong = {
    manifest: undefined,
    workerId: "org.acme.x",
    packageHash: "cd".repeat(32),
    secret: undefined,
    bannedHashes: [packageHash],
  };
  const { workerId } = question;
  expect(
    denyCodes([
      check(wrong),
      check({ ...wrong, manifest }),
      check({ ...wrong, manifest, workerId }),
      check({ ...wrong, manifest, workerId, packageHash }),
      check({ ...wrong, manifest, workerId, packageHash, secret: "wrong" }),
      check({ ...wrong, manifest, workerId, packageHash, secret: "s3cret" }),
      check({}),
    ]),
  ).toEqual([
    "ATTEST_MANIFEST_MISSING",
    "ATTEST_MANIFEST_ID_MISMATCH",
    "ATTEST_HASH_MISMATCH",
    "ATTEST_SIGNATURE_MISSING",
    "ATTEST_SIG_INVALID",
    "ATTEST_BANNED_HASH",
    null,
  ]);
});

test("no answer contains the secret", () => {
  for (const result of [
    check({}),
    check({ secret: "s3cret", manifest: { ...manifest, build_source: "ci" } }),
  ]) {
    expect(JSON.stringify(result)).not.toContain("s3cret");
  }
});
