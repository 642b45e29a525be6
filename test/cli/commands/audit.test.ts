import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Desk, openNotesDesk } from "../desk.js";

let desk: Desk;
let record_id: string;
beforeAll(async () => {
  desk = await openNotesDesk();
  const { document } = await desk.json("skill", "run", "search_notes", "--input", '{"q":1}');
  record_id = document.record_id;
});
afterAll(() => desk.close());

const rowsOf = (stdout: string) =>
  stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe("audit query", () => {
  test("one record a line, oldest first", async () => {
    const rows = rowsOf((await desk.hall("audit", "query", "--json")).stdout);
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_row, index) => index));
    expect(rows.at(-1)).toMatchObject({ record_id, kind: "decision", code: "DENY_INVALID_INPUT" });
  });

  test.each<[string, () => readonly string[], boolean]>([
    ["id", () => ["--id", record_id], true],
    ["code", () => ["--code", "DENY_INVALID_INPUT"], true],
    ["tool", () => ["--tool", "search_notes"], true],
    ["another tool", () => ["--tool", "add_note"], false],
    ["since an hour", () => ["--since", "1h", "--tool", "search_notes"], true],
    ["the future", () => ["--since", "2099-01-01T00:00:00Z"], false],
    ["the last", () => ["--limit", "1"], true],
  ])("by %s", async (_name, words, found) => {
    const rows = rowsOf((await desk.hall("audit", "query", ...words(), "--json")).stdout);
    expect(rows.map((row) => row.record_id)).toEqual(found ? [record_id] : []);
  });

  test("for people a line names kind, ending, subject, agent and id, in columns", async () => {
    const { stdout } = await desk.hall("audit", "query", "--id", record_id);
    expect(stdout).toMatch(
      new RegExp(`^ +\\d+  2\\S+Z  decision +DENY_INVALID_INPUT +search_notes +cli:\\S+ +${record_id}\n$`),
    );
    await desk.hall("skill", "run", "search_notes", "--input", '{"query":"tea"}');
    await desk.hall("skill", "revoke", "x.some/other", "--reason", "in time");
    await desk.hall("ban", "add", `sha256:${"a".repeat(64)}`, "--scope", "org", "--reason", "in time");
    const lines = (await desk.hall("audit", "query", "--limit", "4")).stdout.trimEnd().split("\n");
    expect(lines).toEqual([
      expect.stringMatching(/ {2}decision {4}allowed +search_notes +cli:/),
      expect.stringMatching(/ {2}receipt {5}done +search_notes /),
      expect.stringMatching(/ {2}standing {4}revoked +x\.some\/other /),
      expect.stringMatching(/ {2}ban {9}banned +sha256:a{64} /),
    ]);
    expect(new Set(lines.slice(0, 3).map((line) => line.search(/\S+$/))).size).toBe(1);
    await desk.hall("skill", "restore", "x.some/other", "--reason", "enough");
  });
});

test("audit verify: whole, exit 0", async () => {
  const { code, document } = await desk.json("audit", "verify");
  expect(code).toBe(0);
  expect(document).toMatchObject({ ok: true, records: expect.any(Number) });
  expect((await desk.hall("audit", "verify")).stdout).toBe(
    `Whole: ${document.records} records, all checked\n`,
  );
});

test("audit tail shows what another process records, and ends with Ctrl-C, exit 130", async () => {
  const [node, cli] = desk.command;
  const child = spawn(node, [cli, "audit", "tail", "--json"], { cwd: desk.dir, env: desk.environment });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = lines.next();
  let seen = false;
  first.then(() => {
    seen = true;
  });
  while (!seen) await desk.hall("skill", "run", "search_notes", "--input", '{"q":2}'); // it begins when it is ready
  expect(JSON.parse((await first).value)).toMatchObject({ kind: "decision", tool: "search_notes" });
  child.kill("SIGINT");
  expect(await ended).toBe(130);
});

describe("explain", () => {
  test("a code, without a home", async () => {
    const { code, document } = await desk.json("explain", "handler_timeout", "--home", "/");
    expect({ code, ...document }).toMatchObject({
      code: "HANDLER_TIMEOUT",
      ok: true,
      kind: "fault",
      retryable: true,
    });
    expect((await desk.hall("explain", "DENY_SKILL_REVOKED")).stdout).toMatch(
      /^DENY_SKILL_REVOKED \(denial\)\n {2}This skill/,
    );
  });

  test("a record of the home", async () => {
    const { stdout } = await desk.hall("explain", record_id);
    expect(stdout).toMatch(/^denied DENY_INVALID_INPUT search_notes\n {2}decision of /);
  });

  test("something else", async () => {
    expect(await desk.json("explain", "DENY_NOTHING")).toMatchObject({
      code: 1,
      document: { ok: false, error: { code: "NOT_FOUND" } },
    });
  });
});
