import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { auditQuery } from "../../src/lifecycle/auditQuery.js";
import { auditVerify } from "../../src/lifecycle/auditVerify.js";
import { ban, listBans } from "../../src/lifecycle/ban.js";
import { degradeSkill } from "../../src/lifecycle/degradeSkill.js";
import { devSkill } from "../../src/lifecycle/devSkill.js";
import { listSkills, listStrayOrders } from "../../src/lifecycle/listSkills.js";
import { restoreSkill } from "../../src/lifecycle/restoreSkill.js";
import { revokeSkill } from "../../src/lifecycle/revokeSkill.js";
import { runTool } from "../../src/lifecycle/runTool.js";
import { uninstallSkill } from "../../src/lifecycle/uninstallSkill.js";
import { failure, homeOf, notes, type TestWorkshop } from "./project.js";

const ID = "org.acme/notes";

async function running(): Promise<TestWorkshop> {
  const ws = await homeOf();
  await devSkill(ws, { dir: notes(ws), signal: new AbortController().signal, onSaved: () => {}, once: true });
  return ws;
}

async function codeOf(ws: TestWorkshop): Promise<string> {
  const outcome = await runTool(ws, { tool: "search_notes", input: { query: "tea" } });
  return outcome.kind === "denied" ? outcome.denial.code : outcome.kind;
}

describe("kill switches", () => {
  test("revoke stops it at once, restore lets it go on; each is an order on record with its reason", async () => {
    const ws = await running();
    expect(await codeOf(ws)).toBe("done");
    const revoked = await revokeSkill(ws, { subject: ID, reason: "it leaks" });
    expect(revoked).toMatchObject({ subject: `skill:${ID}`, state: "revoked", installed: true });
    expect(await codeOf(ws)).toBe("DENY_SKILL_REVOKED");
    expect(await listSkills(ws)).toMatchObject([{ skill_id: ID, state: "revoked" }]);
    expect(await auditQuery(ws, { id: revoked.record_id })).toMatchObject([{ kind: "standing" }]);
    expect(await restoreSkill(ws, { subject: ID, reason: "fixed" })).toMatchObject({ state: "active" });
    expect(await codeOf(ws)).toBe("done");
    expect(await failure(restoreSkill(ws, { subject: ID, reason: "again" }))).toMatchObject({
      code: "NOT_FOUND",
    });
    expect(await auditVerify(ws)).toMatchObject({ ok: true });
  });

  test("a version alone", async () => {
    const ws = await running();
    const [skill] = await listSkills(ws);
    await revokeSkill(ws, { subject: `${ID}@9.9.9`, reason: "another one" });
    expect(await codeOf(ws)).toBe("done");
    expect(await revokeSkill(ws, { subject: `${ID}@${skill?.version}`, reason: "this one" })).toMatchObject({
      installed: true,
    });
    expect(await codeOf(ws)).toBe("DENY_SKILL_REVOKED");
  });

  test("degrade stops one platform, and restore lifts that too", async () => {
    const ws = await running();
    await degradeSkill(ws, { id: ID, adapter: "mcp", reason: "odd output" });
    await degradeSkill(ws, { id: ID, adapter: "openai", reason: "odd output" });
    expect(await listSkills(ws)).toMatchObject([{ state: "degraded", degraded_on: ["mcp", "openai"] }]);
    expect(await codeOf(ws)).toBe("done"); // the terminal isn't one of them
    await revokeSkill(ws, { subject: ID, reason: "worse" });
    await restoreSkill(ws, { subject: ID, reason: "fixed" });
    expect(await listSkills(ws)).toMatchObject([{ state: "active", degraded_on: [] }]);
    expect(await failure(degradeSkill(ws, { id: ID, adapter: "carrier-pigeon", reason: "" }))).toMatchObject({
      code: "BAD_ARGUMENT",
    });
  });

  test("a ban of bytes or of a skill, listed and lifted", async () => {
    const ws = await running();
    const [skill] = await listSkills(ws);
    const bytes = { subject: `sha256:${skill?.artifact_digest}`, scope: "org", reason: "malware" } as const;
    await ban(ws, { ...bytes, add: true });
    expect(await codeOf(ws)).toBe("DENY_SKILL_BANNED");
    await ban(ws, { subject: ID, add: true, scope: "global", reason: "all of it" });
    expect(await listBans(ws)).toMatchObject([
      { subject: `hash:${skill?.artifact_digest}`, scope: "org" },
      { subject: `skill:${ID}`, scope: "global" },
    ]);
    expect(await failure(restoreSkill(ws, { subject: ID, reason: "no" }))).toMatchObject({
      code: "NOT_FOUND",
      helps: expect.stringContaining("ban remove"),
    });
    await ban(ws, { ...bytes, add: false });
    await ban(ws, { subject: ID, add: false, scope: "global", reason: "mistake" });
    expect(await codeOf(ws)).toBe("done");
    expect(await failure(ban(ws, { ...bytes, add: false }))).toMatchObject({ code: "NOT_FOUND" });
    for (const subject of ["sha256:abc", "notes", `sha256:${"A".repeat(64)}`, ""]) {
      expect(await failure(ban(ws, { subject, add: true, scope: "org", reason: "x" }))).toMatchObject({
        code: "BAD_ARGUMENT",
      });
    }
  });

  test("a skill that isn't installed is revoked all the same; what is no skill isn't", async () => {
    const ws = await homeOf();
    expect(await revokeSkill(ws, { subject: "org.evil/thing", reason: "never" })).toMatchObject({
      installed: false,
    });
    expect(await failure(revokeSkill(ws, { subject: "thing", reason: "" }))).toMatchObject({
      code: "BAD_ARGUMENT",
    });
  });

  test("by an operator's key that lies elsewhere, and by no other", async () => {
    const ws = await running();
    const keys = join(ws.environment["HALL_STATE"] ?? "", "keys");
    renameSync(join(keys, "operator.pem"), join(ws.cwd, "stick.pem"));
    expect(await failure(revokeSkill(ws, { subject: ID, reason: "x" }))).toMatchObject({
      code: "KEY",
      helps: expect.stringContaining("--key"),
    });
    const wrong = { subject: ID, reason: "x", keyFile: join(keys, "publisher.pem") };
    expect(await failure(revokeSkill(ws, wrong))).toMatchObject({ code: "KEY" });
    expect(await codeOf(ws)).toBe("done");
    await revokeSkill(ws, { subject: ID, reason: "x", keyFile: "stick.pem" });
    expect(await codeOf(ws)).toBe("DENY_SKILL_REVOKED");
  });
});

describe("uninstall", () => {
  test("takes it away; what isn't there can't be", async () => {
    const ws = await running();
    expect(await uninstallSkill(ws, { id: ID })).toMatchObject({
      skill_id: ID,
      record_id: expect.any(String),
    });
    expect(await listSkills(ws)).toEqual([]);
    expect(await codeOf(ws)).toBe("DENY_UNKNOWN_SKILL");
    expect(await failure(uninstallSkill(ws, { id: ID }))).toMatchObject({ code: "NOT_FOUND" });
  });

  test("before the first apply there is nothing to list, and nothing to take away", async () => {
    const ws = await homeOf();
    rmSync(ws.environment["HALL_STATE"] ?? "", { recursive: true });
    expect([await listSkills(ws), await listBans(ws)]).toEqual([[], []]);
    expect(await failure(uninstallSkill(ws, { id: ID }))).toMatchObject({ code: "NOT_APPLIED" });
  });
});

describe("orders about what isn't installed", () => {
  test("stand, are listed, and say what may have been meant", async () => {
    const ws = await running();
    expect(await revokeSkill(ws, { subject: "org.acme/nots", reason: "typo" })).toMatchObject({
      installed: false,
      meant: ID,
    });
    const [skill] = await listSkills(ws);
    expect(await revokeSkill(ws, { subject: `${ID}@9.9.9`, reason: "typo" })).toMatchObject({
      installed: false,
      meant: `${ID}@${skill?.version}`,
    });
    expect(await revokeSkill(ws, { subject: "x.quite/different", reason: "in time" })).toMatchObject({
      installed: false,
      meant: null,
    });
    expect((await listStrayOrders(ws)).map(({ subject, state }) => [subject, state])).toEqual([
      ["skill:org.acme/nots", "revoked"],
      [`skill:${ID}@9.9.9`, "revoked"],
      ["skill:x.quite/different", "revoked"],
    ]);
    expect(await codeOf(ws)).toBe("done");
  });
});

test("the list of bans says since when and why", async () => {
  const ws = await running();
  const { record_id } = await ban(ws, { subject: ID, add: true, scope: "org", reason: "it leaks" });
  expect(await listBans(ws)).toEqual([
    {
      subject: `skill:${ID}`,
      scope: "org",
      record_id,
      reason: "it leaks",
      at: expect.stringMatching(/^\d{4}-/),
    },
  ]);
});
