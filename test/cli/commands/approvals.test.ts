import { spawn } from "node:child_process";
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
    stdio: ["ignore", "pipe", "ignore"],
  });
  const line = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const { origin } = JSON.parse(String(line.value));
  const page = await fetch(`${origin}/approvals/${await held("milk")}`);
  expect(await page.text()).toContain("milk");
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
