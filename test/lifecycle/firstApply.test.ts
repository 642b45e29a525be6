import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { createKeyFile, loadKeyFile } from "../../src/attest/keys.js";
import { applyHome } from "../../src/lifecycle/applyHome.js";
import { auditVerify } from "../../src/lifecycle/auditVerify.js";
import { homeOf, type TestWorkshop, temporary } from "./project.js";

const stateOf = (ws: TestWorkshop) => ws.environment["HALL_STATE"] ?? "";
const FILES = ["attest.hmac", "ledger.pem", "operator.pem", "publisher.pem"];

/** A home as it is after a clone: its files without this machine's state. */
async function cloned(): Promise<TestWorkshop> {
  const ws = await homeOf();
  rmSync(stateOf(ws), { recursive: true });
  return ws;
}

test("keys alone are an unfinished first apply, and are used", async () => {
  const ws = await cloned();
  const keys = join(stateOf(ws), "keys");
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  const made = ["ledger.pem", "operator.pem"].map((name) => createKeyFile(join(keys, name)).key);
  await applyHome(ws);
  expect(["ledger.pem", "operator.pem"].map((name) => loadKeyFile(join(keys, name)).key)).toEqual(made);
  expect(await auditVerify(ws)).toMatchObject({ ok: true, head: { key_id: made[0] } });
});

test("leaves four private files and nothing half made", async () => {
  const ws = await cloned();
  await applyHome(ws);
  const keys = join(stateOf(ws), "keys");
  expect(readdirSync(keys).sort()).toEqual(FILES);
  for (const name of FILES) expect(statSync(join(keys, name)).mode & 0o777).toBe(0o600);
});

test("several processes at once make one Hall", async () => {
  const dir = temporary();
  const outfile = join(dir, "applier.mjs");
  const entryPoints = [fileURLToPath(new URL("./applier.ts", import.meta.url))];
  await build({
    entryPoints,
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    logLevel: "silent",
  });
  symlinkSync(resolve("node_modules"), join(dir, "node_modules"));
  for (let round = 0; round < 3; round++) {
    const ws = await cloned();
    const apply = () =>
      promisify(execFile)(process.execPath, [outfile, ws.cwd], { env: ws.environment as NodeJS.ProcessEnv });
    const halls = await Promise.all(Array.from({ length: 4 }, async () => (await apply()).stdout.trim()));
    expect(new Set(halls).size).toBe(1);
    expect(await auditVerify(ws)).toMatchObject({ ok: true, head: { hall_id: halls[0] } });
    expect(readdirSync(join(stateOf(ws), "keys")).sort()).toEqual(FILES);
  }
});
