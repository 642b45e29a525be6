import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildManifest, writeManifest } from "../../src/attest/manifest.js";
import { PackageAttestationVerifier, type VerifierOptions } from "../../src/attest/verifier.js";

let root: string;
let options: VerifierOptions;
const now = () => Date.parse("2026-11-20T09:00:00.000Z");

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "verifier-"));
  mkdirSync(join(root, "code"));
  writeFileSync(join(root, "code", "bootstrap.py"), "print(1)\n");
  const worker = { workerId: "org.acme.notes.i-1", workerSpeciesId: "wrk.doc.searcher" };
  const manifestPath = join(root, "manifest.json");
  writeManifest(
    buildManifest({ ...worker, packageRoot: root, workerVersion: "1.0.0", signingSecret: "s", now }),
    manifestPath,
  );
  options = { ...worker, packageRoot: root, manifestPath, env: { WCP_ATTEST_HMAC_KEY: "s" }, now };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const verify = (changes: Partial<VerifierOptions> = {}) =>
  new PackageAttestationVerifier({ ...options, ...changes }).verify();

test("an attested package", () => {
  expect(verify()).toMatchObject({
    ok: true,
    denyCode: null,
    meta: { attested_at_utc: "2026-11-20T09:00:00Z" },
  });
});

test("one byte more, or a link among the files", () => {
  writeFileSync(join(root, "code", "bootstrap.py"), "print(1)\n\n");
  expect(verify().denyCode).toBe("ATTEST_HASH_MISMATCH");
  rmSync(join(root, "code", "bootstrap.py"));
  symlinkSync("/etc/passwd", join(root, "code", "bootstrap.py"));
  expect(verify()).toMatchObject({ denyCode: "ATTEST_HASH_MISMATCH", meta: { computed_hash: null } });
});

test("no manifest, a broken one, null, a directory", () => {
  expect(verify({ manifestPath: join(root, "no.json") })).toEqual({
    ok: false,
    denyCode: "ATTEST_MANIFEST_MISSING",
    meta: {},
  });
  expect(verify({ manifestPath: root })).toMatchObject({
    denyCode: "ATTEST_MANIFEST_MISSING",
    meta: { error: "EISDIR" },
  });
  for (const text of ["{", "null", "[]", ""]) {
    writeFileSync(options.manifestPath, text);
    expect(verify().denyCode).toBe("ATTEST_MANIFEST_MISSING");
  }
});

test("the secret is looked up in the environment given, at each verify, under the name given", () => {
  const env: Record<string, string | undefined> = {};
  const verifier = new PackageAttestationVerifier({ ...options, env, secretEnv: "MY_KEY" });
  expect(verifier.verify()).toMatchObject({
    denyCode: "ATTEST_SIGNATURE_MISSING",
    meta: { secret_env: "MY_KEY" },
  });
  env["MY_KEY"] = "wrong";
  expect(verifier.verify().denyCode).toBe("ATTEST_SIG_INVALID");
  env["MY_KEY"] = "s";
  expect(verifier.verify().ok).toBe(true);
});

test("a banned hash is denied, every time it is asked", () => {
  const { meta } = verify();
  const verifier = new PackageAttestationVerifier({
    ...options,
    bannedHashes: [String(meta["package_hash"])],
  });
  expect(verifier.verify().denyCode).toBe("ATTEST_BANNED_HASH");
  expect(verifier.verify().denyCode).toBe("ATTEST_BANNED_HASH");
});

test("a package that is gone", () => {
  expect(verify({ packageRoot: join(root, "gone") }).denyCode).toBe("ATTEST_HASH_MISMATCH");
});

test("a worker id without a namespace is denied, not thrown", () => {
  expect(verify({ workerId: "notes" }).denyCode).toBe("ATTEST_MANIFEST_ID_MISMATCH");
});
