import { spawn, spawnSync } from "node:child_process";
import { appendFile, cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Desk, openDesk } from "../desk.js";

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

test("init makes a home, names what it wrote, and touches none that is there", async () => {
  const { code, stdout } = await desk.hall("init", "--namespace", "org.acme", "--tenant", "acme", "--yes");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^A home in .*\.hall\n {2}.*config\.json\n {2}.*rules\.json\n {2}.*lock\.json\n/);
  const config = JSON.parse(await readFile(join(desk.dir, ".hall/config.json"), "utf8"));
  expect(config).toMatchObject({ env: "dev", tenant: "acme", namespace: "org.acme" });
  expect(await desk.json("init", "--yes")).toMatchObject({
    code: 1,
    document: { ok: false, error: { code: "HOME_EXISTS", helps: expect.any(String) } },
  });
  expect((await desk.hall("apply")).stdout).toBe("Nothing to apply: the files are what is in force.\n");
});

/** util-linux; where it isn't, or may do nothing, no mount can be had. */
const UNSHARE = "/usr/bin/unshare";

/** Runs a command where the project lies on a read-only mount of its own, as in a container; root alone isn't enough. */
function onReadOnlyMount(...args: readonly string[]) {
  const [node, cli] = desk.command;
  const script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"';
  const mounted = [
    "-rm",
    "sh",
    "-c",
    script,
    "sh",
    desk.dir,
    node,
    ...args.map((arg) => (arg === "hall" ? cli : arg)),
  ];
  return spawnSync(UNSHARE, mounted, { cwd: "/", env: desk.environment, encoding: "utf8" });
}
const canMount = () => onReadOnlyMount("-e", "0").status === 0;

test("on a read-only mount, where Node's mkdir says that nothing exists, the remedy is about writing", async (context) => {
  context.skip(!canMount(), "this system makes no mount for a test");
  const said = (...args: readonly string[]) => onReadOnlyMount("hall", ...args, "--json");
  const made = said("init", join(desk.dir, "new"), "--yes");
  expect({ ...JSON.parse(made.stdout), code: made.status }).toMatchObject({
    code: 1,
    error: {
      code: "READ_ONLY",
      message: expect.stringContaining("EROFS"),
      helps: expect.stringMatching(/writable/),
    },
  });
  const call = ["skill", "run", "search_notes", "--input", "{}", "--home", desk.dir];
  const ran = said(...call);
  expect(ran.stdout).not.toMatch(/UNREADABLE|ENOENT/);
  expect(JSON.parse(ran.stdout)).toMatchObject({
    kind: "denied",
    denial: { code: "DENY_AUDIT_UNAVAILABLE" },
  });
});

describe("dev", () => {
  test("once: built, tested, certified, installed and allowed", async () => {
    const { code, stdout } = await desk.hall("dev", "notes", "--once", "--yes");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Installed org\.acme\/notes 1\.2\.0-dev\.[0-9a-f]{12} {2}search_notes, add_note\n/,
    );
    expect((await desk.hall("skill", "run", "search_notes", "--input", '{"query":"tea"}')).code).toBe(0);
  });

  test("once: exit 1 when nothing was installed, and what stays is named only where something does", async () => {
    const other = join(desk.dir, "diary");
    await cp(join(desk.dir, "notes"), other, { recursive: true });
    const manifest = join(other, "skill.yaml");
    await writeFile(manifest, (await readFile(manifest, "utf8")).replace("name: notes", "name: diary"));
    const taken = await desk.hall("dev", "diary", "--once");
    expect(taken).toMatchObject({ code: 1, stdout: expect.stringMatching(/^TOOL_TAKEN: /) });
    expect(taken.stdout).not.toContain("stays installed");
    expect(await desk.json("dev", "diary", "--once")).toMatchObject({
      code: 1,
      document: { ok: false, error: { code: "TOOL_TAKEN" }, installed: null },
    });
    const handler = join(desk.dir, "notes/src/search.ts");
    const good = await readFile(handler, "utf8");
    await writeFile(
      handler,
      'export default () => { console.log("\\u202elooking"); throw new Error("burnt \\x1b[2J"); };',
    );
    const failing = await desk.hall("dev", "notes", "--once");
    expect(failing).toMatchObject({ code: 1, stdout: expect.stringMatching(/^EXAMPLES_FAILED: /) });
    expect(failing.stdout).toMatch(/ended with HANDLER_ERROR \(Error: burnt \\u001b\[2J\)/);
    expect(failing.stdout).toMatch(/\norg\.acme\/notes 1\.2\.0-dev\.[0-9a-f]{12} stays installed\.\n$/);
    expect(failing.stderr).toMatch(/^search_notes \| \\u202elooking$/m);
    await writeFile(handler, good);
  });

  test("again on every save, good or bad, until Ctrl-C", async () => {
    const [node, cli] = desk.command;
    const child = spawn(node, [cli, "dev", "notes", "--json"], { cwd: desk.dir, env: desk.environment });
    const ended = new Promise((resolve) => child.on("close", resolve));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const saved = async () => JSON.parse((await lines.next()).value);
    const first = await saved();
    expect(first).toMatchObject({ ok: true, skill_id: "org.acme/notes" });
    const handler = join(desk.dir, "notes/src/search.ts");
    await appendFile(handler, "\nexport const changed = globalThis.name;\n");
    const second = await saved();
    expect(second).toMatchObject({ ok: true });
    expect(second.version).not.toBe(first.version);
    await appendFile(handler, "\nthis is no code\n");
    expect(await saved()).toMatchObject({ ok: false, error: { code: "BUILD_FAILED" } });
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect((await desk.json("skill", "list")).document.skills).toMatchObject([
      { version: second.version, state: "active" },
    ]);
  });
});
