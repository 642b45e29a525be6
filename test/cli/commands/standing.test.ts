import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Desk, openNotesDesk } from "../desk.js";

let desk: Desk;
beforeAll(async () => {
  desk = await openNotesDesk();
});
afterAll(() => desk.close());

test("an order about what isn't installed stands, and says that it stopped nothing", async () => {
  const { code, stdout, stderr } = await desk.hall("skill", "revoke", "org.acme/nots", "--reason", "typo");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^revoked org\.acme\/nots, of which nothing is installed here\n/);
  expect(stderr).toMatch(/^Nothing was stopped: .*Did you mean org\.acme\/notes\?\n.*hall skill restore/);
  const list = await desk.hall("skill", "list");
  expect(list.stdout).toMatch(/^org\.acme\/notes +1\.2\.0 +active +search_notes, add_note\n$/);
  expect(list.stderr).toContain("Not installed, but revoked: org.acme/nots");
  expect((await desk.json("skill", "list")).document.orders).toMatchObject([
    { subject: "skill:org.acme/nots", state: "revoked" },
  ]);
});

test("the list of skills says which tools no rule allows, which a caller is never told", async () => {
  const other = await openNotesDesk();
  try {
    await other.hall("skill", "uninstall", "org.acme/notes");
    await writeFile(`${other.dir}/.hall/rules.json`, '{"rules":[]}');
    await other.hall("apply", "--yes");
    await other.hall("skill", "install", "org.acme/notes", "--yes");
    expect((await other.hall("skill", "list")).stdout).toContain(
      "search_notes (no rule allows it), add_note (no",
    );
    const { code, stdout, stderr } = await other.hall("skill", "run", "search_notes");
    expect(code).toBe(2);
    expect(stdout + stderr).toContain("There is no such tool for this caller.");
    expect(stdout + stderr).not.toMatch(/installed|rule/); // it isn't a terminal, so it may be an agent
  } finally {
    await other.close();
  }
});

test("a ban is listed with its time and reason; what an order needs is marked in help", async () => {
  await desk.hall("ban", "add", "org.acme/other", "--scope", "org", "--reason", "it leaks");
  expect((await desk.hall("ban", "list")).stdout).toMatch(/^org\.acme\/other +org +2\S+Z +\S+ +it leaks\n$/);
  const { stdout } = await desk.hall("ban", "add", "--help");
  expect(stdout.replaceAll(/\s+/g, " ")).toMatch(
    /--scope <scope> .*\(required\).* --reason <text> .*\(required\)/,
  );
});
