import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packArtifact, readArtifact } from "../../src/build/artifact.js";
import { allowNamespace } from "../../src/lifecycle/allowNamespace.js";
import { pendingChanges } from "../../src/lifecycle/applyHome.js";
import { auditQuery } from "../../src/lifecycle/auditQuery.js";
import { auditVerify } from "../../src/lifecycle/auditVerify.js";
import { ban } from "../../src/lifecycle/ban.js";
import { certifySkill } from "../../src/lifecycle/certifySkill.js";
import { initHome } from "../../src/lifecycle/initHome.js";
import { installSkill } from "../../src/lifecycle/installSkill.js";
import { listSkills } from "../../src/lifecycle/listSkills.js";
import { publishSkill } from "../../src/lifecycle/publishSkill.js";
import { revokeSkill } from "../../src/lifecycle/revokeSkill.js";
import { runTool } from "../../src/lifecycle/runTool.js";
import { trustKey } from "../../src/lifecycle/trustKey.js";
import { uninstallSkill } from "../../src/lifecycle/uninstallSkill.js";
import {
  edit,
  failure,
  homeOf,
  notes,
  publish,
  readJson,
  type TestWorkshop,
  temporary,
  workshop,
} from "./project.js";

const ID = "org.acme/notes";
const lockOf = (ws: TestWorkshop) =>
  readJson<{ skills: Record<string, unknown> }>(join(ws.cwd, ".hall", "lock.json")).skills;
const rulesOf = (ws: TestWorkshop) =>
  readJson<{ rules: { rule_id: string }[] }>(join(ws.cwd, ".hall", "rules.json")).rules;

/** A home with skills/notes in its registry. */
async function withNotes() {
  const ws = await homeOf();
  const { registry, artifact_digest } = await publish(ws, notes(ws));
  const file = (name: string) => join(registry, "org.acme", "notes", "1.2.0", name);
  return { ws, artifact_digest, file };
}

describe("an install", () => {
  test("shows what the skill may do, records it with its certificate, pins it, and grants nothing", async () => {
    const { ws, artifact_digest } = await withNotes();
    const { installed, rule, allowed, notes } = await installSkill(ws, { id: ID });
    const [one] = installed;
    expect(one).toMatchObject({
      skill_id: ID,
      version: "1.2.0",
      artifact_digest,
      tools: ["search_notes", "add_note"],
      changes: [],
    });
    expect(ws.asked).toEqual([
      { question: `Install ${ID} 1.2.0?`, details: expect.arrayContaining([...(one?.envelope ?? [])]) },
    ]);
    expect(one?.envelope).toContain("writes: its own data directory");
    expect(lockOf(ws)).toEqual({ [ID]: { version: "1.2.0", artifact_digest, signer: one?.signer } });
    expect(existsSync(join(ws.environment["HALL_STATE"] ?? "", "artifacts", artifact_digest))).toBe(true);
    const [record] = await auditQuery(ws, { id: one?.record_id ?? "" });
    expect(record).toMatchObject({
      kind: "install",
      agent: "cli:ada",
      body: { dev: false, artifact_digest, awp: { schema_version: "awp.v1" } },
    });

    expect(allowed).toBe(false);
    expect(rule).toMatchObject([
      {
        rule_id: "rr_notes_search_dev_001",
        match: { capability_id: "cap.doc.search", env: "dev" },
        decision: { escalation: { human_required_default: false } },
      },
      {
        rule_id: "rr_notes_write_dev_001",
        match: { capability_id: "cap.doc.write", env: "dev" },
        decision: { escalation: { human_required_default: true } },
      },
    ]);
    expect(notes).toEqual([expect.stringContaining("rr_notes_write_dev_001")]);
    expect(rulesOf(ws)).toEqual([]);
    expect(await runTool(ws, { tool: "search_notes", input: { query: "tea" } })).toMatchObject({
      kind: "denied",
      denial: { code: "DENY_UNKNOWN_SKILL" },
    });
  });

  test("with allow it shows and applies those rules: a search runs, a write is held", async () => {
    const { ws } = await withNotes();
    const { allowed, rule } = await installSkill(ws, { id: ID, allow: true });
    expect(allowed).toBe(true);
    expect(ws.asked.at(-1)).toMatchObject({
      question: `Allow ${ID} in env dev?`,
      details: expect.arrayContaining([
        "rule rr_notes_search_dev_001 added, 1 of 2: {",
        "rule rr_notes_write_dev_001 added, 2 of 2: {",
      ]),
    });
    expect(rulesOf(ws)).toEqual(rule);
    expect(await pendingChanges(ws)).toMatchObject({ pending: false });
    expect(await runTool(ws, { tool: "search_notes", input: { query: "tea" } })).toMatchObject({
      kind: "done",
      output: { hits: [] },
    });
    expect(await runTool(ws, { tool: "add_note", input: { text: "buy tea" } })).toMatchObject({
      kind: "held",
    });
    expect(await auditVerify(ws)).toMatchObject({ ok: true });
    expect(await installSkill(ws, { id: ID, allow: true })).toMatchObject({
      allowed: true,
      rule: [],
      installed: [],
    });
  });

  test("without a yes nothing happens", async () => {
    const { ws } = await withNotes();
    ws.answer = false;
    expect(await failure(installSkill(ws, { id: ID }))).toMatchObject({ code: "DECLINED" });
    expect(await listSkills(ws)).toEqual([]);
    expect(lockOf(ws)).toEqual({});
  });

  test("takes the newest release in the range, and shows what an upgrade changes", async () => {
    const { ws } = await withNotes();
    await publish(
      ws,
      notes(ws, (yaml) => yaml.replace("1.2.0", "1.3.0-rc.1"), "preview"),
    );
    await publish(
      ws,
      notes(
        ws,
        (yaml) => yaml.replace("1.2.0", "1.10.0").replace("timeout_ms: 10000", "timeout_ms: 20000"),
        "later",
      ),
    );
    await installSkill(ws, { id: `${ID}@1.2.0` });
    const { installed } = await installSkill(ws, { id: `${ID}@^1.2.0` });
    expect(installed).toMatchObject([{ version: "1.10.0" }]);
    expect(installed[0]?.changes).toEqual([
      "version: 1.2.0 becomes 1.10.0",
      "no longer limits: 10000 ms, 128 MB, 262144 bytes of output",
      "now limits: 20000 ms, 128 MB, 262144 bytes of output",
    ]);
    expect(await listSkills(ws)).toMatchObject([{ version: "1.10.0", state: "active", dev: false }]);
    expect(await failure(installSkill(ws, { id: `${ID}@2.0.0` }))).toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("1.10.0"),
    });
    expect(await failure(installSkill(ws, { id: `${ID}@latest` }))).toMatchObject({ code: "BAD_ARGUMENT" });
    expect(await failure(installSkill(ws, { id: "org.acme/other" }))).toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a renewal of what is installed", () => {
  const YEAR = 365 * 24 * 3600 * 1000;
  const call = { tool: "search_notes", input: { query: "tea" } };
  const lockText = (ws: TestWorkshop) => readFileSync(join(ws.cwd, ".hall", "lock.json"), "utf8");

  test.each([undefined, ID])(
    "a new certificate for the same bytes is installed once (install %s)",
    async (id) => {
      const { ws } = await withNotes();
      await installSkill(ws, { id: ID, allow: true });
      edit(join(ws.cwd, ".hall", "lock.json"), (text) => JSON.stringify(JSON.parse(text)));
      const before = lockText(ws);
      ws.ahead = YEAR - 60_000;
      await certifySkill(ws, { dir: "notes" });
      await publishSkill(ws, { dir: "notes" });
      ws.asked.length = 0;
      const options = id === undefined ? {} : { id };
      const { installed } = await installSkill(ws, options);
      expect(installed).toMatchObject([
        { skill_id: ID, changes: [expect.stringMatching(/^certificate: .*good until/), expect.any(String)] },
      ]);
      expect(ws.asked).toMatchObject([
        { details: expect.arrayContaining([...(installed[0]?.changes ?? [])]) },
      ]);
      expect(lockText(ws)).toBe(before);
      expect(await installSkill(ws, options)).toMatchObject({ installed: [] });
      ws.ahead = YEAR + 60_000; // when the first one would have run out
      expect(await runTool(ws, call)).toMatchObject({ kind: "done" });
    },
  );

  test("a new package manifest for the same certificate, after its secret was changed", async () => {
    const { ws, file } = await withNotes();
    await installSkill(ws, { id: ID, allow: true });
    const before = lockText(ws);
    const certificate = readFileSync(file("certificate.json"));
    const rotated = {
      ...ws,
      environment: { ...ws.environment, WCP_ATTEST_HMAC_KEY: "another secret, long enough" },
    };
    expect(await runTool(rotated, call)).toMatchObject({ kind: "denied" });
    expect(await failure(installSkill(rotated, { id: ID }))).toMatchObject({ code: "ATTESTATION_INVALID" });
    const dist = (name: string) => join(ws.cwd, "notes", "dist", `notes-1.2.0.${name}`);
    await certifySkill(rotated, { dir: "notes" });
    writeFileSync(dist("certificate.json"), certificate);
    await publishSkill(rotated, { dir: "notes" });
    expect(await installSkill(rotated, { id: ID })).toMatchObject({
      installed: [{ changes: ["awp.v1 manifest: another one"] }],
    });
    expect(lockText(ws)).toBe(before);
    expect(await runTool(rotated, call)).toMatchObject({ kind: "done" });
  });
});

describe("lock.json", () => {
  test("restores what it pins, on a machine that knows nothing yet, and once only", async () => {
    const { ws, artifact_digest } = await withNotes();
    await installSkill(ws, { id: ID });
    await uninstallSkill(ws, { id: ID });
    expect(lockOf(ws)).toEqual({});
    await installSkill(ws, { id: ID });
    rmSync(join(ws.environment["HALL_STATE"] ?? "", "artifacts", artifact_digest));
    expect(await installSkill(ws)).toMatchObject({ installed: [{ skill_id: ID, artifact_digest }] });
    expect(await installSkill(ws)).toMatchObject({ installed: [] });
  });

  test.each([undefined, ID])("other bytes than it pins are refused (install %s)", async (id) => {
    const { ws } = await withNotes();
    await installSkill(ws, { id: ID });
    edit(join(ws.cwd, ".hall", "lock.json"), (text) =>
      text.replace(/"artifact_digest": ".{64}"/, `"artifact_digest": "${"0".repeat(64)}"`),
    );
    expect(await failure(installSkill(ws, id === undefined ? {} : { id }))).toMatchObject({
      code: "LOCK_MISMATCH",
    });
  });

  test("another signer than it pins is refused", async () => {
    const { ws } = await withNotes();
    await installSkill(ws, { id: ID });
    const KEY = "ed25519:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    edit(join(ws.cwd, ".hall", "lock.json"), (text) => text.replace(/ed25519:[0-9a-f]{64}/, KEY));
    expect(await failure(installSkill(ws))).toMatchObject({
      code: "LOCK_MISMATCH",
      message: expect.stringContaining(KEY),
    });
  });
});

describe("a registry is a stranger", () => {
  test("a changed byte", async () => {
    const { ws, file } = await withNotes();
    const bytes = readFileSync(file("artifact.skill"));
    const at = bytes.indexOf("MAX_HITS");
    bytes[at] = 0x4e;
    writeFileSync(file("artifact.skill"), bytes);
    expect(await failure(installSkill(ws, { id: ID }))).toMatchObject({ code: "ARTIFACT_INVALID" });
  });

  test("another handler in a well-formed artifact", async () => {
    const { ws, file } = await withNotes();
    const files = new Map(readArtifact(readFileSync(file("artifact.skill"))).files);
    files.set("handlers/search_notes.mjs", Buffer.from("export default () => ({ hits: [] });\n"));
    writeFileSync(file("artifact.skill"), packArtifact(files));
    expect(await failure(installSkill(ws, { id: ID }))).toMatchObject({ code: "CERTIFICATE_INVALID" });
    expect(ws.asked).toEqual([]);
  });

  test("no certificate, a broken one, one of another artifact", async () => {
    const { ws, file } = await withNotes();
    const certificate = readFileSync(file("certificate.json"), "utf8");
    const code = async () => (await failure(installSkill(ws, { id: ID }))).code;
    writeFileSync(file("certificate.json"), certificate.replace(/"sig": "...../, '"sig": "AAAAA'));
    expect(await code()).toBe("CERTIFICATE_INVALID");
    writeFileSync(file("certificate.json"), "{");
    expect(await code()).toBe("BAD_FILE");
    rmSync(file("certificate.json"));
    expect(await code()).toBe("NOT_CERTIFIED");
    const other = await publish(
      ws,
      notes(ws, (yaml) => yaml.replace("1.2.0", "1.3.0"), "other"),
    );
    writeFileSync(
      file("certificate.json"),
      readFileSync(join(other.registry, ID, "1.3.0", "certificate.json")),
    );
    expect(await failure(installSkill(ws, { id: `${ID}@1.2.0` }))).toMatchObject({
      code: "CERTIFICATE_INVALID",
    });
  });

  test("the package manifest of a skill signed here must attest its bytes", async () => {
    const { ws, file } = await withNotes();
    edit(file("manifest.json"), (text) => text.replace(/"package_hash": "..../, '"package_hash": "0000'));
    expect(await failure(installSkill(ws, { id: ID }))).toMatchObject({
      code: "ATTESTATION_INVALID",
      message: expect.stringContaining("ATTEST_HASH_MISMATCH"),
    });
  });

  test("another version's files", async () => {
    const { ws, file } = await withNotes();
    const other = await publish(
      ws,
      notes(ws, (yaml) => yaml.replace("1.2.0", "1.3.0"), "other"),
    );
    for (const name of ["artifact.skill", "certificate.json", "manifest.json"]) {
      writeFileSync(file(name), readFileSync(join(other.registry, ID, "1.3.0", name)));
    }
    expect(await failure(installSkill(ws, { id: `${ID}@1.2.0` }))).toMatchObject({
      code: "ARTIFACT_INVALID",
      message: expect.stringContaining("1.3.0"),
    });
  });

  test("a certificate that has expired", async () => {
    const { ws } = await withNotes();
    ws.ahead = 366 * 24 * 3600 * 1000;
    expect(await failure(installSkill(ws, { id: ID }))).toMatchObject({ code: "CERTIFICATE_EXPIRED" });
  });
});

describe("who may sign, and what may come in", () => {
  test("another home's skill: its key must be trusted, its namespace allowed, and then it runs", async () => {
    const base = temporary();
    const theirs = workshop(base, "theirs");
    await initHome(theirs, { namespace: "org.other" });
    const { artifact_digest } = await publish(
      theirs,
      notes(theirs, (yaml) => yaml.replace("org.acme", "org.other")),
    );
    const id = "org.other/notes";
    const { publisher_key } = certificateIn(join(base, "state", "registry", id, "1.2.0", "certificate.json"));

    const ours = await homeOf(workshop(base, "ours"));
    expect(await failure(installSkill(ours, { id }))).toMatchObject({
      code: "SIGNER_NOT_TRUSTED",
      message: expect.stringContaining(publisher_key),
    });
    writeFileSync(join(ours.cwd, "their.key"), publisher_key);
    await trustKey(ours, { keyFile: "their.key", namespace: "org.other" });
    const refused = await failure(installSkill(ours, { id }));
    expect(refused).toMatchObject({
      code: "NAMESPACE_NOT_ALLOWED",
      helps: expect.stringContaining("hall namespace allow org.other"),
    });
    await allowNamespace(ours, { namespace: "org.other" });
    expect(await installSkill(ours, { id, allow: true })).toMatchObject({
      installed: [{ artifact_digest, signer: publisher_key }],
      allowed: true,
    });
    expect(await runTool(ours, { tool: "search_notes", input: { query: "tea" } })).toMatchObject({
      kind: "done",
    });
  });

  test("a key that is trusted for one namespace signs for no other", async () => {
    const base = temporary();
    const theirs = workshop(base, "theirs");
    await initHome(theirs, { namespace: "org.acme" });
    await publish(theirs, notes(theirs));
    const ours = await homeOf(workshop(base, "ours"));
    const { publisher_key } = certificateIn(join(base, "state", "registry", ID, "1.2.0", "certificate.json"));
    writeFileSync(join(ours.cwd, "their.key"), publisher_key);
    await trustKey(ours, { keyFile: "their.key", namespace: "org.acme-too" });
    expect(await failure(installSkill(ours, { id: ID }))).toMatchObject({ code: "SIGNER_NOT_TRUSTED" });
  });

  test("banned bytes, a revoked skill", async () => {
    const { ws, artifact_digest } = await withNotes();
    const subject = `sha256:${artifact_digest}`;
    await ban(ws, { subject, add: true, scope: "org", reason: "bad" });
    expect(await failure(installSkill(ws, { id: ID }))).toMatchObject({
      code: "NOT_ACTIVE",
      message: expect.stringContaining("banned"),
    });
    await ban(ws, { subject, add: false, scope: "org", reason: "mistake" });
    await revokeSkill(ws, { subject: `${ID}@1.2.0`, reason: "bad" });
    expect(await failure(installSkill(ws, { id: ID }))).toMatchObject({
      code: "NOT_ACTIVE",
      message: expect.stringContaining("revoked"),
    });
  });

  test("two skills with one tool name: refused, naming both", async () => {
    const { ws } = await withNotes();
    await installSkill(ws, { id: ID });
    await publish(
      ws,
      notes(ws, (yaml) => yaml.replace("name: notes", "name: diary"), "diary"),
    );
    const error = await failure(installSkill(ws, { id: "org.acme/diary" }));
    expect(error).toMatchObject({
      code: "TOOL_TAKEN",
      message: expect.stringMatching(/org\.acme\/diary.*org\.acme\/notes.*search_notes/),
    });
    expect(await listSkills(ws)).toMatchObject([{ skill_id: ID }]);
  });

  test("an environment that the skill isn't for", async () => {
    const ws = await homeOf();
    await publish(
      ws,
      notes(ws, (yaml) => yaml.replace("[dev, stage, prod]", "[stage]")),
    );
    expect(await failure(installSkill(ws, { id: ID }))).toMatchObject({ code: "ENVIRONMENT_NOT_ALLOWED" });
  });
});

function certificateIn(file: string): { publisher_key: string } {
  const { payload } = readJson<{ payload: string }>(file);
  return JSON.parse(Buffer.from(payload, "base64").toString("utf8")) as { publisher_key: string };
}
