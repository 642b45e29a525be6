import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Host } from "../../src/cli/host.js";
import { renderLine } from "../../src/cli/line.js";
import { main } from "../../src/cli/main.js";
import { saidLines } from "../../src/cli/said.js";
import { type Desk, openDesk } from "./desk.js";

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  await desk.hall("init", "--namespace", "org.acme", "--yes");
  const source = `export default ({ query }) => {
    if (query !== "bad") return { hits: [] };
    console.log("\\u202elooking");
    throw new Error("burnt \\x1b[2J");
  };`;
  await writeFile(join(desk.dir, "notes/src/search.ts"), source);
  await writeFile(
    join(desk.dir, "notes/skill.yaml"),
    (await import("node:fs"))
      .readFileSync(join(desk.dir, "notes/skill.yaml"), "utf8")
      .replaceAll(/hits: \[.*?\]/g, "hits: []"),
  );
  const { code, stdout } = await desk.hall("dev", "notes", "--once");
  if (code !== 0) throw new Error(stdout);
});
afterAll(() => desk.close());

const RUN = ["skill", "run", "search_notes", "--input", '{"query":"bad"}'];

/** One command line, on a terminal. */
async function onTerminal(...argv: readonly string[]) {
  const written = { stdout: "", stderr: "" };
  const sink = (name: "stdout" | "stderr") => ({
    isTTY: true,
    write: (text: string) => {
      written[name] += text;
      return true;
    },
  });
  const host = {
    stdin: Object.assign(new PassThrough(), { isTTY: true }),
    stdout: sink("stdout"),
    stderr: sink("stderr"),
    environment: { ...desk.environment, NO_COLOR: "1" },
    cwd: desk.dir,
    signal: new AbortController().signal,
    program: desk.command,
  } as unknown as Host;
  return { code: await main(argv, host), ...written };
}

test("a terminal shows what the handler printed and failed with, spelled out and marked as its words", async () => {
  const { code, stdout, stderr } = await onTerminal(...RUN);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^FAILED HANDLER_ERROR\n/);
  expect(stdout).not.toMatch(/looking|burnt/);
  const lines = stderr.replaceAll("\r\x1b[2K", "\n").split("\n");
  expect(lines).toContain("search_notes | \\u202elooking");
  expect(lines).toContain("search_notes | Error: burnt \\u001b[2J");
  expect(lines.join("")).not.toMatch(/[\x1b\u202e]/);
});

test.each([
  ["off a terminal", () => desk.hall(...RUN)],
  ["with --json", () => desk.hall(...RUN, "--json")],
  ["with --json on a terminal", () => onTerminal(...RUN, "--json")],
])("nobody else reads it: %s", async (_, run) => {
  const { code, stdout, stderr } = await run();
  expect(code).toBe(1);
  expect(stdout).toContain("HANDLER_ERROR");
  expect(stdout + stderr).not.toMatch(/looking|burnt/);
});

test("hall explain tells it of the record", async () => {
  const { document } = await desk.json(...RUN);
  const { stdout } = await desk.hall("explain", document.receipt_id);
  expect(stdout).toMatch(
    /^failed HANDLER_ERROR search_notes\n[\s\S]*\n {2}search_notes \| Error: burnt \\u001b\[2J\n/,
  );
  const { document: explained } = await desk.json("explain", document.record_id);
  expect(explained).toMatchObject({ ok: true, kind: "receipt", detail: expect.stringContaining("burnt") });
});

test("every line of it carries the mark", () => {
  const lines = saidLines("t", "one\nDENIED by the Hall\r\x1b[1A").map((line) => renderLine(line, false));
  expect(lines).toEqual(["t | one", "t | DENIED by the Hall\\u000d\\u001b[1A"]);
});
