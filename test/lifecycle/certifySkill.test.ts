import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { certificateDigest, openCertificate } from "../../src/attest/certificate.js";
import { packageHash } from "../../src/attest/packageHash.js";
import { readArtifact } from "../../src/build/artifact.js";
import { auditQuery } from "../../src/lifecycle/auditQuery.js";
import { buildSkillAt } from "../../src/lifecycle/buildSkillAt.js";
import { certifySkill } from "../../src/lifecycle/certifySkill.js";
import { readIfThere } from "../../src/lifecycle/wholeFile.js";
import { edit, failure, homeOf, notes, readJson, workshop } from "./project.js";

test("signs what a clean rebuild gives, for a year, and records it", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  const { artifact_digest } = await buildSkillAt(ws, { dir });
  const report = await certifySkill(ws, { dir });
  const [skill, certificateFile, manifestFile] = report.files as [string, string, string];
  const { files } = readArtifact(readIfThere(skill, 1e7) ?? new Uint8Array());
  const package_hash = packageHash([...files].map(([path, bytes]) => ({ path, bytes })));

  const envelope = readJson(certificateFile);
  const certificate = openCertificate(envelope, [report.signer]);
  expect(certificate).toMatchObject({
    skill_id: "org.acme/notes",
    version: "1.2.0",
    artifact_digest,
    package_hash,
    publisher_key: report.signer,
    checks: [
      { name: "rebuild", ok: true },
      { name: "examples", ok: true },
    ],
    toolchain: { esbuild: expect.any(String), hall: expect.any(String) },
  });
  const { issued_at = "", expires_at = "" } = certificate ?? {};
  expect(Date.parse(expires_at) - Date.parse(issued_at)).toBe(365 * 24 * 3600 * 1000);
  expect(readJson(manifestFile)).toMatchObject({
    schema_version: "awp.v1",
    worker_id: "org.acme.notes",
    package_hash,
  });
  const [record] = await auditQuery(ws, { limit: 1 });
  expect(record?.body).toMatchObject({
    signer: report.signer,
    certificate_digest: certificateDigest(envelope),
    artifact_digest,
  });
});

test("sources that changed since the build aren't certified", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  await buildSkillAt(ws, { dir });
  edit(join(dir, "src", "search.ts"), (text) => text.replace("MAX_HITS = 100", "MAX_HITS = 99"));
  expect(await failure(certifySkill(ws, { dir }))).toMatchObject({ code: "NOT_REPRODUCIBLE" });
});

test("every tool needs an example, and all must pass", async () => {
  const ws = await homeOf();
  const dir = notes(ws, (yaml) =>
    yaml.slice(0, yaml.lastIndexOf("    examples:")).replace('hits: ["buy tea"]', "hits: []"),
  );
  const error = await failure(certifySkill(ws, { dir }));
  expect(error).toMatchObject({
    code: "EXAMPLES_FAILED",
    problems: [
      { path: "tools[1].examples", message: "add_note has no example" },
      {
        path: 'search_notes, example "finds one"',
        message: 'gave {"hits":["buy tea"]} instead of {"hits":[]}',
      },
    ],
  });
});

test("works with packages in the skill's own node_modules, linked ones too", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  writeFileSync(join(dir, "src", "words.js"), "");
  edit(
    join(dir, "src", "search.ts"),
    (text) =>
      `import { limit } from "limits";\n${text.replace("const MAX_HITS = 100", "const MAX_HITS = limit")}`,
  );
  const { mkdirSync, symlinkSync } = await import("node:fs");
  mkdirSync(join(dir, "node_modules", ".store", "limits"), { recursive: true });
  writeFileSync(
    join(dir, "node_modules", ".store", "limits", "package.json"),
    '{"name":"limits","type":"module","main":"index.js"}',
  );
  writeFileSync(join(dir, "node_modules", ".store", "limits", "index.js"), "export const limit = 100;\n");
  symlinkSync(join(".store", "limits"), join(dir, "node_modules", "limits"));
  expect(await certifySkill(ws, { dir })).toMatchObject({ skill_id: "org.acme/notes" });
});

test("without keys there is nothing to sign with", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  rmSync(ws.environment["HALL_STATE"] ?? "", { recursive: true });
  expect(await failure(certifySkill(ws, { dir }))).toMatchObject({
    code: "NOT_APPLIED",
    message: expect.stringContaining(`it has no state for ${join(ws.cwd, ".hall")}`),
  });
  expect(await failure(certifySkill(workshop(), { dir }))).toMatchObject({ code: "NO_HOME" });
});
