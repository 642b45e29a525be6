import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Desk, openNotesDesk } from "../desk.js";

let desk: Desk;
beforeAll(async () => {
  desk = await openNotesDesk();
});
afterAll(() => desk.close());

const SEARCH = ["skill", "run", "search_notes", "--input", '{"query":"tea"}'];

test("an allowed call: the output alone on stdout, exit 0", async () => {
  const { code, stdout, stderr } = await desk.hall(...SEARCH);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ hits: [] });
  expect(stderr).toMatch(/^receipt [0-9a-f-]{36}\n$/);
});

test("arguments from a file and from stdin", async () => {
  await writeFile(join(desk.dir, "input.json"), '{"query":"tea"}');
  expect((await desk.hall("skill", "run", "search_notes", "--input", "@input.json")).code).toBe(0);
  const [node, cli] = desk.command;
  const options = { cwd: desk.dir, env: desk.environment };
  const child = spawn(node, [cli, "skill", "run", "search_notes", "--input", "-"], options);
  child.stdin.end('{"query":"tea"}');
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
});

test("a denied call: code, what helps and record, exit 2, and no command is named off a terminal", async () => {
  const { code, stdout, stderr } = await desk.hall("skill", "run", "search_notes", "--input", '{"q":1}');
  expect(code).toBe(2);
  expect(stdout).toMatch(
    /^DENIED DENY_INVALID_INPUT\n[\s\S]*\/query is required\n[\s\S]*record {4}[0-9a-f-]{36}\n$/,
  );
  expect(stdout + stderr).not.toMatch(/hall |\x1b/);
});

test("a call that is held, looked at, approved, and runs once", async () => {
  const add = ["skill", "run", "add_note", "--input", '{"text":"buy \\u202etea"}'];
  const { code, document: held } = await desk.json(...add);
  expect(code).toBe(3);
  expect(held).toMatchObject({
    kind: "held",
    approval_id: expect.any(String),
    expires_at: expect.any(String),
  });
  const { approval_id } = held;

  const { document: list } = await desk.json("approvals", "list");
  expect(list).toMatchObject({ ok: true, approvals: [{ approval_id, state: "pending" }] });
  const shown = await desk.hall("approvals", "show", approval_id);
  expect(shown.stdout).toContain('{"text":"buy \\u202etea"}'); // spelled out, as the arguments' JSON may spell it
  expect(shown.stdout).not.toContain("\u202e");

  const answer = ["approvals", "approve", approval_id, "--reason", "it is only tea"];
  expect(await desk.json(...answer)).toMatchObject({
    code: 1, // nobody said yes
    document: { ok: false, error: { code: "DECLINED", helps: expect.stringContaining("--yes") } },
  });
  const asked = await desk.hall(...answer);
  expect(asked).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("Nothing was signed") });
  expect(asked.stderr).toContain('{"text":"buy \\u202etea"}');
  expect((await desk.json(...add)).document).toMatchObject({ kind: "held", approval_id });
  expect(await desk.json(...answer, "--yes")).toMatchObject({
    code: 0,
    document: { ok: true, approval_id, state: "granted" },
  });
  expect(await desk.json(...add)).toMatchObject({
    code: 0,
    document: { kind: "done", output: { total: 1 } },
  });
  expect(await desk.json(...add)).toMatchObject({ code: 3, document: { kind: "held" } });
});

test("a call that is held and refused", async () => {
  const add = ["skill", "run", "add_note", "--input", '{"text":"sell tea"}'];
  const { document: held } = await desk.json(...add);
  const { approval_id } = held;
  const deny = ["approvals", "deny", approval_id, "--reason", "no"];
  expect(await desk.hall(...deny)).toMatchObject({ code: 1, stdout: "" });
  expect((await desk.hall(...deny, "--yes")).stdout).toMatch(/^refused /);
  expect(await desk.json("approvals", "approve", approval_id, "--yes")).toMatchObject({
    code: 1,
    document: { ok: false, error: { code: "CLOSED" } },
  });
});

test("a preview runs nothing, and exits as the call would", async () => {
  expect(await desk.json(...SEARCH, "--dry-run")).toMatchObject({
    code: 0,
    document: { kind: "dry_run", would: "run" },
  });
  const add = ["skill", "run", "add_note", "--input", '{"text":"x"}', "--dry-run"];
  expect(await desk.json(...add)).toMatchObject({ code: 3, document: { kind: "dry_run", would: "hold" } });
});

test("files that differ from what is in force are said in one line, and obeyed once applied", async () => {
  const rules = join(desk.dir, ".hall/rules.json");
  const before = await readFile(rules, "utf8");
  await writeFile(rules, '{ "rules": [] }');
  const { code, stderr } = await desk.hall(...SEARCH);
  expect(code).toBe(0); // an edit changes nothing
  expect(stderr).toMatch(
    /\nNot in force: 2 changes in this home's files\. hall apply shows and applies them\.\n$/,
  );
  expect((await desk.hall(...SEARCH, "--json")).stderr).toBe("");

  const asked = await desk.json("apply");
  expect(asked).toMatchObject({ code: 1, document: { ok: false, error: { code: "DECLINED" } } });
  expect((await desk.hall(...SEARCH)).code).toBe(0);
  expect(await desk.json("apply", "--yes")).toMatchObject({ code: 0, document: { ok: true, applied: true } });
  expect((await desk.hall(...SEARCH)).code).toBe(2);
  await writeFile(rules, before);
  expect((await desk.hall("apply", "--yes")).code).toBe(0);
  expect((await desk.hall(...SEARCH)).code).toBe(0);
});

test("files that are broken change nothing either", async () => {
  const files = ["config.json", "rules.json"].map((name) => join(desk.dir, ".hall", name));
  const before = await Promise.all(files.map((file) => readFile(file)));
  for (const file of files) await writeFile(file, "{");
  const { code, stderr } = await desk.hall(...SEARCH);
  expect(code).toBe(0);
  expect(stderr).toMatch(/Not in force: this home's files have problems\. hall apply shows them\.\n$/);
  expect(await desk.json("apply")).toMatchObject({ code: 1, document: { error: { code: "BAD_FILE" } } });
  for (const [index, file] of files.entries()) await writeFile(file, before[index] ?? "");
});

test("a revoked skill is denied until it is restored", async () => {
  expect(await desk.json("skill", "revoke", "org.acme/notes", "--reason", "leaks")).toMatchObject({
    code: 0,
    document: { ok: true, state: "revoked", record_id: expect.any(String) },
  });
  const denied = await desk.json(...SEARCH);
  expect(denied).toMatchObject({
    code: 2,
    document: { kind: "denied", denial: { code: "DENY_SKILL_REVOKED" } },
  });
  expect((await desk.hall("skill", "list")).stdout).toMatch(/org\.acme\/notes {2}1\.2\.0 {2}revoked/);
  const { record_id } = denied.document;
  expect((await desk.json("explain", record_id)).document).toMatchObject({
    ok: true,
    code: "DENY_SKILL_REVOKED",
  });
  expect((await desk.hall("skill", "restore", "org.acme/notes", "--reason", "fixed")).stdout).toMatch(
    /^active /,
  );
  expect((await desk.hall(...SEARCH)).code).toBe(0);
});

test("a ban, listed as it was typed", async () => {
  const ban = ["org.acme/notes@1.2.0", "--scope", "org", "--reason", "x"];
  expect((await desk.hall("ban", "add", ...ban)).code).toBe(0);
  expect((await desk.json(...SEARCH)).document).toMatchObject({ denial: { code: "DENY_SKILL_BANNED" } });
  expect((await desk.hall("ban", "list")).stdout).toMatch(/^org\.acme\/notes@1\.2\.0 {2}org {2}/);
  expect((await desk.json("ban", "list")).document).toMatchObject({ ok: true, bans: [{ scope: "org" }] });
  expect((await desk.hall("ban", "remove", ...ban)).code).toBe(0);
  expect((await desk.hall(...SEARCH)).code).toBe(0);
});

test("a client is connected and disconnected", async () => {
  const file = join(desk.dir, ".mcp.json");
  expect((await desk.hall("connect", "claude")).code).toBe(1); // nobody said yes
  expect((await desk.json("connect", "claude", "--yes")).document).toMatchObject({
    ok: true,
    file,
    written: true,
  });
  const [node, cli] = desk.command;
  const { mcpServers } = JSON.parse(await readFile(file, "utf8"));
  expect(mcpServers.hall).toMatchObject({ command: node, args: [cli, "mcp"] });
  expect((await desk.json("connect", "claude", "--undo", "--yes")).document).toMatchObject({ written: true });
});

test("uninstalled, its tools are gone", async () => {
  expect((await desk.json("skill", "uninstall", "org.acme/notes")).document).toMatchObject({
    ok: true,
    version: "1.2.0",
  });
  expect((await desk.json(...SEARCH)).document).toMatchObject({ denial: { code: "DENY_UNKNOWN_SKILL" } });
  expect((await desk.hall("skill", "install")).stdout).toBe("Nothing to install.\n"); // lock.json forgot it
});
