import { spawn } from "node:child_process";
import { appendFile, readFile } from "node:fs/promises";
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

describe("dev", () => {
  test("once: built, tested, certified, installed and allowed", async () => {
    const { code, stdout } = await desk.hall("dev", "notes", "--once", "--yes");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Installed org\.acme\/notes 1\.2\.0-dev\.[0-9a-f]{12} {2}search_notes, add_note\n/,
    );
    expect((await desk.hall("skill", "run", "search_notes", "--input", '{"query":"tea"}')).code).toBe(0);
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
