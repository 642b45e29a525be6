import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type Environment, homeAt } from "../../src/hall/home.js";
import { CLIENTS, type Client } from "../../src/lifecycle/clientConfig.js";
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

describe.each(CLIENTS)("%s", (client: Client) => {
  const holder = client === "vscode" ? "servers" : "mcpServers";
  const link = (ws: TestWorkshop, undo = false) => connectClient(ws, { client, undo }, "linux");
  const write = (file: string, text: string) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  /** Where its file is, in a new home. */
  const opened = async () => {
    const ws = await homeOf();
    const { file } = await link(ws, true);
    return { ws, file };
  };

  test("a new file goes again, with the directory that was made for it", async () => {
    const { ws, file } = await opened();
    const hadDirectory = existsSync(dirname(file));
    const { entry, written } = await link(ws);
    expect(written).toBe(true);
    expect(readJson(file)).toEqual({ [holder]: { hall: entry } });
    expect(entry).toMatchObject({ command: "/usr/bin/node", args: ["/opt/hall.mjs", "mcp"] });
    expect("type" in entry).toBe(client !== "claude-desktop");
    expect(await link(ws)).toMatchObject({ written: false });
    await link(ws, true);
    expect([existsSync(file), existsSync(dirname(file))]).toEqual([false, hadDirectory]);
  });

  test.each([
    `{"${holder}":{}}`,
    `{}`,
    `{\n}\n`,
    `{ "a": 1.50, "b": [1,2 , 3],\n\t"${holder}": {\n\t\t"x": {"command": "\\u0041"}\n\t}\n}`,
    `{\r\n    "${holder}": {\r\n    },\r\n    "z": null\r\n}\r\n`,
    `\u{FEFF}{"${holder}": { "other": {"command":"x"} , "more":{} } }   `,
  ])("%j: everything else stays byte for byte, and undo gives back the very bytes", async (text) => {
    const { ws, file } = await opened();
    write(file, text);
    const { entry } = await link(ws);
    const now = readFileSync(file, "utf8");
    const [before, after] = split(text, now);
    expect(text).toBe(before + after);
    expect(JSON.parse(now.replace("\u{FEFF}", ""))[holder].hall).toEqual(entry);
    await link(ws, true);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("what was changed meanwhile stays when it is undone", async () => {
    const { ws, file } = await opened();
    write(file, `{"${holder}":{"a":{}},"n":1}`);
    await link(ws);
    const now = readJson<Record<string, object>>(file);
    write(file, JSON.stringify({ ...now, [holder]: { ...now[holder], z: { command: "z" } }, n: 2 }));
    await link(ws, true);
    expect(readJson(file)).toEqual({ [holder]: { a: {}, z: { command: "z" } }, n: 2 });
  });

  test("an entry of another program path is replaced, and undo still gives back the very bytes", async () => {
    const { ws, file } = await opened();
    const text = `{ "${holder}": { "a": {} } }`;
    write(file, text);
    await link(ws);
    const moved = { ...ws, program: ["/usr/bin/node", "/elsewhere/hall.mjs"] as const };
    expect(await link(moved)).toMatchObject({
      written: true,
      entry: { args: ["/elsewhere/hall.mjs", "mcp"] },
    });
    await link(moved, true);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("a private file stays private, and a link a link", async () => {
    const { ws, file } = await opened();
    const real = join(ws.cwd, "real.json");
    write(real, "{}");
    chmodSync(real, 0o600);
    mkdirSync(dirname(file), { recursive: true });
    symlinkSync(real, file);
    await link(ws);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(statSync(real).mode & 0o777).toBe(0o600);
    expect(readJson(real)).toHaveProperty([holder, "hall"]);
  });

  test.each(["{", "[]", `{"${holder}": []}`, `{"${holder}": {}, "${holder}": {}}`, `{"a": 1e}`])(
    "a file with %j isn't touched, and what to paste is shown",
    async (text) => {
      const { ws, file } = await opened();
      write(file, text);
      const error = await failure(link(ws));
      expect(error).toMatchObject({ code: "BAD_FILE", helps: expect.stringContaining('"hall": {') });
      expect(readFileSync(file, "utf8")).toBe(text);
      expect(ws.asked).toEqual([]);
    },
  );

  test("no secret of the environment goes into it", async () => {
    const { ws, file } = await opened();
    const environment = { ...ws.environment, HALL_SESSION_TOKEN: "t0ken", WCP_ATTEST_HMAC_KEY: "s3cret" };
    await link({ ...ws, environment });
    expect(readFileSync(file, "utf8")).not.toMatch(/t0ken|s3cret/);
  });

  test("a file that changes while somebody is asked isn't written over", async () => {
    const { ws, file } = await opened();
    const accept = async () => {
      write(file, '{"theirs":1}');
      return true;
    };
    expect(await failure(link({ ...ws, accept }))).toMatchObject({ code: "BUSY" });
    expect(readFileSync(file, "utf8")).toBe('{"theirs":1}');
  });
});

test("comments of VS Code's file stay where they are, and in the others they are refused", async () => {
  const text =
    '// mine\n{\n  /* all */ "servers": { // first\n    "a": { "command": "x" }, // why\n  },\n}\n';
  const ws = await homeOf();
  const file = join(ws.cwd, ".vscode", "mcp.json");
  mkdirSync(dirname(file));
  writeFileSync(file, text);
  await connectClient(ws, { client: "vscode", undo: false });
  const now = readFileSync(file, "utf8");
  for (const comment of ["// mine", "/* all */", "// first", "// why"]) expect(now).toContain(comment);
  await connectClient(ws, { client: "vscode", undo: true });
  expect(readFileSync(file, "utf8")).toBe(text);
  writeFileSync(fileOf(ws), '{ "mcpServers": {} } // mine');
  expect(await failure(connect(ws))).toMatchObject({ code: "BAD_FILE" });
});

test("the user's file, where a client has one", async () => {
  const ws = await homeOf();
  const { file } = await connectClient(ws, { client: "cursor", undo: false, user: true }, "linux");
  expect(file).toBe(join(ws.environment["HOME"] ?? "", ".cursor", "mcp.json"));
  await connectClient(ws, { client: "cursor", undo: true }, "linux");
  expect(existsSync(file)).toBe(true);
  await connectClient(ws, { client: "cursor", undo: true, user: true }, "linux");
  expect(existsSync(file)).toBe(false);
  expect(await failure(connectClient(ws, { client: "claude", undo: false, user: true }))).toMatchObject({
    code: "BAD_ARGUMENT",
  });
});

/** The parts of a text that are there before and after what was put into it. */
function split(text: string, now: string): readonly [string, string] {
  let at = 0;
  while (at < text.length && text[at] === now[at]) at += 1;
  return [now.slice(0, at), now.slice(now.length - (text.length - at))];
}
