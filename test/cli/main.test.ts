import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dist } from "../setup/dist.js";
import { type Desk, openDesk } from "./desk.js";

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

/** Every command of hall.md, formats.md and the issue. */
const COMMANDS = [
  ...["init", "apply", "dev", "mcp", "connect", "explain", "version", "help"],
  ...["skill init", "skill build", "skill test", "skill certify", "skill publish"],
  ...["skill install", "skill uninstall", "skill list", "skill run"],
  ...["skill revoke", "skill restore", "skill degrade"],
  ...["ban add", "ban remove", "ban list", "trust add", "namespace allow"],
  ...["approvals list", "approvals show", "approvals approve", "approvals deny"],
  ...["audit query", "audit tail", "audit verify"],
];

const ASKING = [
  ...["init", "apply", "dev", "connect", "skill init", "skill install", "trust add", "namespace allow"],
  ...["approvals approve", "approvals deny"],
];

describe("help", () => {
  test.each(COMMANDS)("hall %s teaches", async (path) => {
    const words = path.split(" ");
    const { code, stdout, stderr } = await desk.hall(...words, "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^Usage: hall ${path}`));
    expect(stdout).toMatch(/\nExample:\n {2}\$ hall /);
    expect(stdout).toMatch(/--json/);
    expect(stdout).toMatch(/--home <dir>/);
    expect(stdout.includes("--yes")).toBe(ASKING.includes(path));
    const [, description = ""] = stdout.split("\n\n");
    expect(description.length).toBeGreaterThan(40);
    expect((await desk.hall("help", ...words)).stdout).toBe(stdout);
  });

  test("hall alone says where to start", async () => {
    const { code, stdout } = await desk.hall();
    expect(code).toBe(0);
    expect(stdout).toMatch(/Start here:\n {2}hall init /);
  });

  test("the list of commands ends with the exit codes", async () => {
    const { stdout } = await desk.hall("--help");
    for (const path of COMMANDS) expect(stdout).toMatch(new RegExp(`\\n {2}${path.split(" ")[0]} `));
    expect(stdout).toMatch(/Exit codes:\n( +\d+ +\S.*\n){6}$/);
    expect((await desk.hall("help", "exit-codes")).stdout).toMatch(/^Exit codes:\n/);
  });
});

describe("a command line that isn't understood", () => {
  test.each<[string[], RegExp]>([
    [["skil", "build"], /Unknown command 'skil'\.\nDid you mean skill\?\nSee how it goes: hall --help/],
    [["skil", "build", "--help"], /Did you mean skill\?/],
    [
      ["skill", "buidl"],
      /Unknown command 'buidl'\.\nDid you mean build\?\nSee how it goes: hall skill --help/,
    ],
    [
      ["skill", "build", "--jsom"],
      /Unknown option '--jsom'\.\nDid you mean --json\?\n.*hall skill build --help/,
    ],
    [["help", "skill", "buidl"], /Did you mean build\?/],
    [["skill"], /hall skill needs a command after it[\s\S]*publish/],
    [["skill", "run"], /Missing required argument 'tool'/],
    [["skill", "revoke", "org.acme/notes"], /Required option '--reason <text>'/],
    [["skill", "list", "extra"], /Too many arguments/],
    [
      ["ban", "add", "org.acme/notes", "--scope", "world", "--reason", "x"],
      /Allowed choices are org, global/,
    ],
    [["skill", "run", "search_notes", "--input", "{"], /aren't JSON \(--input\)/],
    [["skill", "run", "search_notes", "--input", "@nothing.json"], /file nothing\.json, which can't be read/],
    [["audit", "query", "--limit", "0"], /--limit is "0"/],
    [["connect", "emacs"], /no way yet to connect emacs/],
  ])("%j", async (words, said) => {
    const { code, stdout, stderr } = await desk.hall(...words);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toMatch(said);
    const { code: again, document } = await desk.json(...words.filter((word) => word !== "--help"));
    expect(again).toBe(64);
    expect(document).toEqual({
      ok: false,
      error: { code: "USAGE", message: expect.any(String), problems: [], helps: expect.any(String) },
    });
  });
});

test("--json and --home stand before the command or after it", async () => {
  const missing = join(desk.dir, "nowhere");
  for (const words of [
    ["--json", "--home", missing, "skill", "list"],
    ["skill", "--json", "list", "--home", missing],
    ["skill", "list", `--home=${missing}`, "--json"],
  ]) {
    const { code, stdout } = await desk.hall(...words);
    const { ok, error } = JSON.parse(stdout);
    expect({ code, ok, error: error.code }).toEqual({ code: 1, ok: false, error: "NO_HOME" });
    expect(error.message).toContain(missing);
    expect(error.helps).toContain("hall init");
  }
});

test("the version, alone and with what stands around it", async () => {
  const { root } = await dist();
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  for (const flag of ["--version", "-V"]) {
    expect(await desk.hall(flag)).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  }
  expect((await desk.json("version")).document).toEqual({
    ok: true,
    hall: version,
    wcp: expect.any(String),
    node: process.versions.node,
  });
});

test("a reader that goes away is no error", async () => {
  const [node, cli] = desk.command;
  const child = spawn(node, [cli, "--help"], { cwd: desk.dir, env: desk.environment });
  child.stdout.destroy();
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
  expect(said).toBe("");
});
