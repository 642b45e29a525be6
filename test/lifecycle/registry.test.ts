import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { issueCertificate } from "../../src/attest/certificate.js";
import { signerFromSeed } from "../../src/evidence/ed25519.js";
import { homeAt } from "../../src/hall/home.js";
import { LifecycleError } from "../../src/lifecycle/error.js";
import { fileRegistry, type Release, registryOf } from "../../src/lifecycle/registry.js";
import type { PackageManifest } from "../../src/protocol/package.js";
import { homeOf, temporary } from "./project.js";

function release(bytes: string, seed = 1): Release {
  const signer = signerFromSeed(new Uint8Array(32).fill(seed));
  const certificate = issueCertificate(
    {
      skill_id: "x.a/b",
      version: "1.0.0",
      manifest_hash: "0".repeat(64),
      artifact_digest: "0".repeat(64),
      package_hash: "0".repeat(64),
      checks: [],
      toolchain: {},
      publisher_key: signer.key,
      issued_at: "2026-01-01T00:00:00.000Z",
      expires_at: "2026-12-01T00:00:00.000Z",
    },
    signer,
  );
  return {
    artifact: Buffer.from(bytes),
    certificate,
    signer: signer.key,
    awp: { schema_version: "awp.v1" } as PackageManifest,
  };
}

function codeOf(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (error) {
    return error instanceof LifecycleError ? error.code : String(error);
  }
}

test("gives back what was published, and lists versions and nothing else", () => {
  const registry = fileRegistry(temporary());
  expect(registry.versions("x.a/b")).toEqual([]);
  registry.publish("x.a/b", "1.0.0", release("one"));
  registry.publish("x.a/b", "1.0.1-rc.1", release("two"));
  expect([...registry.versions("x.a/b")].sort()).toEqual(["1.0.0", "1.0.1-rc.1"]);
  expect(Buffer.from(registry.read("x.a/b", "1.0.0").artifact).toString()).toBe("one");
  expect(readdirSync(join(registry.dir, "x.a", "b")).sort()).toEqual(["1.0.0", "1.0.1-rc.1"]);
});

test("other bytes, or another publisher, under a version that is there are refused", () => {
  const registry = fileRegistry(temporary());
  registry.publish("x.a/b", "1.0.0", release("one"));
  expect(codeOf(() => registry.publish("x.a/b", "1.0.0", release("one")))).toBe("none");
  expect(codeOf(() => registry.publish("x.a/b", "1.0.0", release("two")))).toBe("VERSION_EXISTS");
  expect(codeOf(() => registry.publish("x.a/b", "1.0.0", release("one", 2)))).toBe("VERSION_EXISTS");
  expect(Buffer.from(registry.read("x.a/b", "1.0.0").artifact).toString()).toBe("one");
});

test.each(["../x", "x.a/../b", "x.a", "x.a/b/c", "", "X.a/b"])("%j leads nowhere", (id) => {
  const registry = fileRegistry(temporary());
  expect(codeOf(() => registry.versions(id))).toBe("BAD_ARGUMENT");
});

test.each(["..", "../1.0.0", "latest", "2.0.0"])("version %j is not there", (version) => {
  const registry = fileRegistry(temporary());
  registry.publish("x.a/b", "1.0.0", release("one"));
  expect(codeOf(() => registry.read("x.a/b", version))).toBe("NOT_FOUND");
});

test("file: is the user's, file:PATH lies by the home", async () => {
  const ws = await homeOf();
  const home = homeAt(join(ws.cwd, ".hall"), ws.environment);
  expect(registryOf(home, "file:").dir).toBe(join(home.state, "..", "registry"));
  expect(registryOf(home, "file:../shared").dir).toBe(join(ws.cwd, "..", "shared"));
  expect(registryOf(home, "file:/srv/skills").dir).toBe("/srv/skills");
});
