import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Desk, openNotesDesk } from "../desk.js";

let desk: Desk;
beforeAll(async () => {
  desk = await openNotesDesk();
}, 120_000);
afterAll(() => desk?.close());

const held = async (text: string): Promise<string> => {
  const { document } = await desk.json("skill", "run", "add_note", "--input", JSON.stringify({ text }));
  return document.approval_id;
};

test("escalate says which level is asked for then, and show who said what", async () => {
  const id = await held("tea");
  const { code, stderr } = await desk.hall("approvals", "escalate", id, "--reason", "not mine", "--yes");
  expect([code, stderr]).toEqual([0, expect.stringContaining("level incident_commander")]);
  const { stdout } = await desk.hall("approvals", "show", id);
  expect(stdout).toMatch(/escalate +operator \(incident_commander\), .*: not mine/);
});

test("serve listens on this machine, and what is refused says why", async () => {
  const outside = await desk.hall("approvals", "serve", "--host", "0.0.0.0", "--port", "0");
  expect([outside.code, outside.stderr]).toEqual([1, expect.stringContaining("--behind-proxy")]);
  const odd = await desk.hall("approvals", "serve", "--port", "70000");
  expect([odd.code, odd.stderr]).toEqual([64, expect.stringContaining("--port")]);
  const child = spawn(desk.command[0], [desk.command[1], "approvals", "serve", "--port", "0", "--json"], {
    cwd: desk.dir,
    env: desk.environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const line = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const { origin } = JSON.parse(String(line.value));
  let terminal = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    terminal += text;
  });
  const id = await held("milk");
  const page = await fetch(`${origin}/approvals/${id}`);
  expect(await page.text()).toContain("milk");
  expect(await (await fetch(origin)).text()).not.toContain(id);
  await expect.poll(() => terminal, { timeout: 10_000 }).toContain(`${origin}/approvals/${id}`);
  expect(terminal).not.toContain("milk");
  const ended = new Promise((resolve) => child.on("close", resolve));
  child.kill("SIGINT");
  await ended;
});

test("mcp serves an approver only by name and key, and nobody's key otherwise", async () => {
  const unknown = await desk.hall("mcp", "--approver", "alice");
  expect([unknown.code, unknown.stdout]).toEqual([1, ""]);
  expect(unknown.stderr).toContain("NOT_AN_APPROVER");
  const keyed = await desk.hall("mcp", "--key", "x.pem");
  expect([keyed.code, keyed.stdout]).toEqual([64, ""]);
});

test("an answer that can't be given shows and asks nothing", async () => {
  const id = await held("cocoa");
  for (const verdict of ["approve", "deny", "escalate"]) {
    const { code, stdout, stderr } = await desk.hall("approvals", verdict, id, "--key", "no.pem", "--yes");
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringContaining("no.pem")]);
    expect(stderr).not.toContain("cocoa");
  }
  await desk.hall("approvals", "deny", id, "--yes");
  const again = await desk.hall("approvals", "approve", id, "--yes");
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("CLOSED")]);
  expect(again.stderr).not.toContain("arguments");
});

test("show names the call's decision and receipt; another policy ends what waits, and says so", async () => {
  const id = await held("juice");
  await desk.hall("approvals", "approve", id, "--yes");
  const { document: done } = await desk.json("skill", "run", "add_note", "--input", '{"text":"juice"}');
  const used = await desk.hall("approvals", "show", id);
  expect(used.stdout).toContain(done.record_id);
  expect(used.stdout).toContain(done.receipt_id);
  const waiting = await held("water");
  await edit(join(desk.dir, ".hall", "config.json"), '"low"', '"high"');
  const applied = await desk.hall("apply", "--yes");
  expect([applied.code, applied.stderr]).toEqual([0, expect.stringMatching(/this ends \d+ open holds?/)]);
  const { stdout } = await desk.hall("approvals", "show", waiting);
  expect(stdout).toMatch(/^superseded/);
  expect(stdout).toMatch(/ended +the policy changed/);
  expect(stdout).not.toMatch(/until/);
});

async function edit(file: string, before: string, after: string): Promise<void> {
  await writeFile(file, (await readFile(file, "utf8")).replace(before, after));
}
