import { expect, test } from "vitest";
import { CLIENTS, type Client, clientFile } from "../../src/lifecycle/clientConfig.js";

const project = "/work/app";
const at = (client: Client, user: boolean, system: string, environment: Record<string, string> = {}) =>
  clientFile(client, user, {
    system,
    environment,
    userHome: system === "win32" ? "C:\\Users\\ada" : "/home/ada",
    project: system === "win32" ? "C:\\app" : project,
  });

test("the project's file where the client has one", () => {
  expect(CLIENTS.map((client) => at(client, false, "linux"))).toEqual([
    "/work/app/.mcp.json",
    "/home/ada/.config/Claude/claude_desktop_config.json",
    "/work/app/.cursor/mcp.json",
    "/work/app/.vscode/mcp.json",
  ]);
});

test.each([
  ["linux", {}, "/home/ada/.config/"],
  ["linux", { XDG_CONFIG_HOME: "/home/ada/etc" }, "/home/ada/etc/"],
  ["darwin", { XDG_CONFIG_HOME: "/ignored" }, "/home/ada/Library/Application Support/"],
  ["win32", {}, "C:\\Users\\ada\\AppData\\Roaming\\"],
  ["win32", { APPDATA: "D:\\Data" }, "D:\\Data\\"],
])("the user's files on %s with %j", (system, environment, settings) => {
  const slash = system === "win32" ? "\\" : "/";
  const home = system === "win32" ? "C:\\Users\\ada\\" : "/home/ada/";
  expect(CLIENTS.map((client) => at(client, true, system, environment))).toEqual([
    undefined,
    `${settings}Claude${slash}claude_desktop_config.json`,
    `${home}.cursor${slash}mcp.json`,
    `${settings}Code${slash}User${slash}mcp.json`,
  ]);
});
