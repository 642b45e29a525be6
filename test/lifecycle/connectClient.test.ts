import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { type Environment, homeAt } from "../../src/hall/home.js";
import { connectClient } from "../../src/lifecycle/connectClient.js";
import { failure, homeOf, readJson, type TestWorkshop, workshop } from "./project.js";

const fileOf = (ws: TestWorkshop) => join(ws.cwd, ".mcp.json");
const connect = (ws: TestWorkshop, undo = false) => connectClient(ws, { client: "claude", undo });

test("writes how to start this Hall, with absolute paths, once", async () => {
  const ws = await homeOf();
  const { file, written, entry } = await connect(ws);
  expect({ file, written }).toEqual({ file: fileOf(ws), written: true });
  expect(entry).toEqual({
    type: "stdio",
    command: "/usr/bin/node",
    args: ["/opt/hall.mjs", "mcp"],
    env: { HALL_HOME: join(ws.cwd, ".hall"), HALL_STATE: ws.environment["HALL_STATE"] },
  });
  expect(readJson(file)).toEqual({ mcpServers: { hall: entry } });
  expect(await connect(ws)).toMatchObject({ written: false });
});

test("names state and database wherever a client that hands on no environment would look elsewhere", async () => {
  const ws = await homeOf();
  const HALL_HOME = join(ws.cwd, ".hall");
  const HOME = userInfo().homedir;
  const envFor = async (environment: Environment) => (await connect({ ...ws, environment })).entry.env;
  expect(await envFor({ HOME })).toEqual({ HALL_HOME });
  expect(await envFor({ HOME, HALL_DB_PATH: "elsewhere.db" })).toEqual({
    HALL_HOME,
    HALL_DB_PATH: resolve("elsewhere.db"),
  });
  const { state } = homeAt(HALL_HOME, { HOME, XDG_STATE_HOME: join(ws.cwd, "xdg") });
  expect(state).toMatch(/xdg\/hall\/[0-9a-f]{64}$/);
  expect(await envFor({ HOME, XDG_STATE_HOME: join(ws.cwd, "xdg") })).toEqual({
    HALL_HOME,
    HALL_STATE: state,
  });
  const elsewhere = { HOME: ws.cwd, HALL_DB_PATH: "/elsewhere.db" };
  const env = await envFor(elsewhere);
  expect(Object.keys(env)).toEqual(["HALL_HOME", "HALL_STATE", "HALL_DB_PATH"]);
  expect(homeAt(HALL_HOME, { ...env, HOME })).toEqual(homeAt(HALL_HOME, elsewhere));
});

test("undo removes what it wrote, and the file if it made it", async () => {
  const ws = await homeOf();
  await connect(ws);
  expect(await connect(ws, true)).toMatchObject({ written: true });
  expect(existsSync(fileOf(ws))).toBe(false);
  expect(await connect(ws, true)).toMatchObject({ written: false });
});

test("everything else in the file stays, there and back", async () => {
  const ws = await homeOf();
  const theirs = { other: 1, mcpServers: { files: { command: "x", args: [] } } };
  writeFileSync(fileOf(ws), JSON.stringify(theirs));
  await connect(ws);
  expect(readJson(fileOf(ws))).toMatchObject(theirs);
  await connect(ws, true);
  expect(readJson(fileOf(ws))).toEqual(theirs);
});

test("a file that somebody else made stays, even when nothing is left in it", async () => {
  const ws = await homeOf();
  writeFileSync(fileOf(ws), '{"mcpServers":{}}');
  await connect(ws);
  await connect(ws, true);
  expect(readJson(fileOf(ws))).toEqual({ mcpServers: {} });
});

test("another program of that name, or another home's Hall, is left alone", async () => {
  const ws = await homeOf();
  for (const entry of [
    { command: "other" },
    { command: "node", args: ["mcp"], env: { HALL_HOME: "/elsewhere/.hall" } },
  ]) {
    const text = JSON.stringify({ mcpServers: { hall: entry } });
    writeFileSync(fileOf(ws), text);
    expect(await failure(connect(ws))).toMatchObject({ code: "FOREIGN_ENTRY" });
    expect(await connect(ws, true)).toMatchObject({ written: false });
    expect(readFileSync(fileOf(ws), "utf8")).toBe(text);
  }
});

test.each(["{", "[]", '{"mcpServers": []}'])("a file with %j isn't touched", async (text) => {
  const ws = await homeOf();
  writeFileSync(fileOf(ws), text);
  expect(await failure(connect(ws))).toMatchObject({ code: "BAD_FILE" });
  expect(readFileSync(fileOf(ws), "utf8")).toBe(text);
});

test("asks with the file and the entry in view, and not at all where there is no home or nothing to change", async () => {
  const ws = await homeOf();
  ws.answer = false;
  expect(await failure(connectClient(ws, { client: "claude", undo: false }))).toMatchObject({
    code: "DECLINED",
  });
  const file = join(ws.cwd, ".mcp.json");
  expect(existsSync(file)).toBe(false);
  expect(ws.asked).toEqual([
    { question: expect.stringContaining(file), details: expect.arrayContaining(['  "type": "stdio",']) },
  ]);
  ws.asked.length = 0;
  await connectClient(ws, { client: "claude", undo: true });
  expect(await failure(connectClient(workshop(), { client: "claude", undo: false }))).toMatchObject({
    code: "NO_HOME",
    message: expect.not.stringContaining("hall init"),
    helps: expect.stringContaining("hall init"),
  });
  expect(ws.asked).toEqual([]);
});
