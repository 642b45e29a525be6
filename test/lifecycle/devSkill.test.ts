import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { HandlerLine } from "../../src/hall/types.js";
import { auditQuery } from "../../src/lifecycle/auditQuery.js";
import { auditVerify } from "../../src/lifecycle/auditVerify.js";
import { devSkill, devVersion, type Saved } from "../../src/lifecycle/devSkill.js";
import { listSkills } from "../../src/lifecycle/listSkills.js";
import { runTool } from "../../src/lifecycle/runTool.js";
import { parseVersion } from "../../src/lifecycle/semver.js";
import type { Workshop } from "../../src/lifecycle/workshop.js";
import { edit, failure, homeOf, notes, readJson } from "./project.js";

async function once(ws: Workshop, dir: string): Promise<Saved> {
  const saved: Saved[] = [];
  await devSkill(ws, {
    dir,
    signal: new AbortController().signal,
    onSaved: (one) => saved.push(one),
    once: true,
  });
  const [only] = saved;
  if (only === undefined || saved.length > 1) throw new Error(`${saved.length} saves`);
  return only;
}

const VERSION = /^1\.2\.0-dev\.[0-9a-f]{12}$/;

test("installs and allows it as it is, asking nothing, and leaves registry and lock alone", async () => {
  const ws = await homeOf();
  const saved = await once(ws, notes(ws));
  expect(saved).toMatchObject({
    ok: true,
    skill_id: "org.acme/notes",
    version: expect.stringMatching(VERSION),
    tools: ["search_notes", "add_note"],
  });
  expect(saved.ok && saved.rules.map(({ rule_id }) => rule_id)).toEqual([
    "rr_notes_search_dev_001",
    "rr_notes_write_dev_001",
  ]);
  expect(ws.asked).toEqual([]);
  expect(await listSkills(ws)).toMatchObject([
    { version: saved.ok && saved.version, dev: true, state: "active" },
  ]);
  expect(await runTool(ws, { tool: "search_notes", input: { query: "tea" } })).toMatchObject({
    kind: "done",
  });
  expect(readJson(join(ws.cwd, ".hall", "lock.json"))).toMatchObject({ skills: {} });
  expect((await auditQuery(ws, {})).map(({ kind }) => kind)).toEqual([
    "genesis",
    "apply",
    "build",
    "certify",
    "install",
    "apply",
    "decision",
    "receipt",
  ]);
  const records = new Map((await auditQuery(ws, {})).map((row) => [row.kind, row]));
  const about = { skill_id: "org.acme/notes", version: saved.ok && saved.version };
  expect(records.get("build")).toMatchObject({ ...about, body: { manifest_hash: expect.any(String) } });
  expect(records.get("certify")).toMatchObject({
    ...about,
    body: { certificate_digest: expect.any(String), signer: expect.stringMatching(/^ed25519:/) },
  });
  expect(await auditVerify(ws)).toMatchObject({ ok: true });
});

test("a save replaces the last one; one that changes nothing records nothing", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  const first = await once(ws, dir);
  expect(await once(ws, dir)).toMatchObject({ ok: true, record_id: null, rules: [] });
  edit(join(dir, "src", "search.ts"), (text) => text.replace("MAX_HITS = 100", "MAX_HITS = 99"));
  const second = await once(ws, dir);
  expect(second.ok && first.ok && second.version !== first.version).toBe(true);
  expect(await listSkills(ws)).toMatchObject([{ version: second.ok && second.version }]);
});

test("a save that doesn't build or fails its examples is told, and the last good one stays", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  const good = await once(ws, dir);
  edit(join(dir, "src", "search.ts"), (text) =>
    text.replace("word.", "").replace("hits.slice(0, MAX_HITS)", "[]"),
  );
  expect(await once(ws, dir)).toMatchObject({
    ok: false,
    error: { code: "EXAMPLES_FAILED", problems: [{ message: expect.any(String) }, {}] },
  });
  writeFileSync(join(dir, "src", "search.ts"), "export default (");
  expect(await once(ws, dir)).toMatchObject({
    ok: false,
    error: { code: "BUILD_FAILED", problems: [{ file: "src/search.ts" }] },
  });
  expect(await listSkills(ws)).toMatchObject([{ version: good.ok && good.version }]);
});

test("what stays installed is named, and nothing where nothing was", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  const manifest = join(dir, "skill.yaml");
  const text = readFileSync(manifest, "utf8");
  writeFileSync(manifest, "name: [");
  expect(await once(ws, dir)).toMatchObject({ ok: false, installed: null });
  writeFileSync(manifest, text.replace('hits: ["buy tea"]', 'hits: ["buy coffee"]'));
  expect(await once(ws, dir)).toMatchObject({
    ok: false,
    error: { code: "EXAMPLES_FAILED" },
    installed: null,
  });
  writeFileSync(manifest, text);
  const good = await once(ws, dir);
  writeFileSync(manifest, text.replace('hits: ["buy tea"]', 'hits: ["buy coffee"]'));
  const version = good.ok && good.version;
  expect(await once(ws, dir)).toMatchObject({
    ok: false,
    installed: { skill_id: "org.acme/notes", version },
  });
});

test("installed again once it could no longer run: after its certificate, or the secret that attests it", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  const call = { tool: "search_notes", input: { query: "tea" } };
  expect(await once(ws, dir)).toMatchObject({ ok: true, record_id: expect.any(String) });
  const rotated = {
    ...ws,
    environment: { ...ws.environment, WCP_ATTEST_HMAC_KEY: "another secret, long enough" },
  };
  expect(await runTool(rotated, call)).toMatchObject({ kind: "denied" });
  expect(await once(rotated, dir)).toMatchObject({ ok: true, record_id: expect.any(String) });
  expect(await runTool(rotated, call)).toMatchObject({ kind: "done" });
  expect(await once(rotated, dir)).toMatchObject({ ok: true, record_id: null });
  rotated.clock = () => Date.now() + 366 * 24 * 3600 * 1000;
  expect(await once(rotated, dir)).toMatchObject({ ok: true, record_id: expect.any(String) });
});

test("what a handler prints and fails with while its examples run reaches whoever develops it", async () => {
  const ws = await homeOf();
  const said: HandlerLine[] = [];
  const dir = notes(ws);
  writeFileSync(
    join(dir, "src", "search.ts"),
    'export default () => { console.log("looking"); throw new Error("no notebook"); };',
  );
  const saved = await once({ ...ws, said: (line) => said.push(line) }, dir);
  expect(saved).toMatchObject({
    ok: false,
    error: { problems: expect.arrayContaining([expect.objectContaining({ message: expect.any(String) })]) },
  });
  const [problem] = saved.ok ? [] : saved.error.problems;
  expect(problem?.message).toBe("ended with HANDLER_ERROR (Error: no notebook)");
  expect(said).toContainEqual({ skill_id: "org.acme/notes", tool: "search_notes", text: "looking" });
});

test("goes on with every save until it is stopped", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  const stop = new AbortController();
  const saved: Saved[] = [];
  const done = devSkill(ws, { dir, signal: stop.signal, onSaved: (one) => saved.push(one) });
  await vi.waitFor(() => expect(saved).toHaveLength(1), 30_000);
  edit(join(dir, "src", "search.ts"), (text) => text.replace("MAX_HITS = 100", "MAX_HITS = 99"));
  await vi.waitFor(() => expect(saved.filter(({ ok }) => ok)).toHaveLength(2), 30_000);
  writeFileSync(join(dir, "skill.yaml"), "name: [");
  await vi.waitFor(() => expect(saved.at(-1)).toMatchObject({ ok: false }), 30_000);
  stop.abort();
  await done;
});

test("a save that another skill stands in the way of is told", async () => {
  const ws = await homeOf();
  await once(ws, notes(ws));
  const other = notes(ws, (yaml) => yaml.replace("name: notes", "name: diary"), "diary");
  expect(await once(ws, other)).toMatchObject({
    ok: false,
    error: { code: "TOOL_TAKEN" },
    installed: null,
  });
});

test("only in env dev, and only where something is in force", async () => {
  const ws = await homeOf();
  const dir = notes(ws);
  const elsewhere = {
    ...ws,
    environment: { ...ws.environment, HALL_STATE: `${ws.environment["HALL_STATE"]}-2` },
  };
  expect(await failure(once(elsewhere, dir))).toMatchObject({ code: "NOT_APPLIED" });
  edit(join(ws.cwd, ".hall", "config.json"), (text) => text.replace('"env": "dev"', '"env": "stage"'));
  const { applyHome } = await import("../../src/lifecycle/applyHome.js");
  await applyHome(ws);
  expect(await failure(once(ws, dir))).toMatchObject({ code: "ENVIRONMENT_NOT_ALLOWED" });
});

test("every digest gives a version", () => {
  const digest = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 }),
    fc
      .tuple(fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 12, maxLength: 30 }))
      .map(([d]) => `0${d}a`.padEnd(64, "f")),
  );
  fc.assert(
    fc.property(digest, (hex) => {
      const version = devVersion("1.2.0", hex);
      expect(parseVersion(version)).toBeDefined();
      expect(hex.startsWith(version.slice("1.2.0-dev.".length))).toBe(true);
    }),
  );
  expect(devVersion("1.2.0", `abc${"0".repeat(61)}`)).toBe("1.2.0-dev.abc000000000");
});
