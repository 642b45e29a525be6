import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findHome, HomeError, parseConfig, readConfig } from "../../src/hall/home.js";
import { checkState, makeState, statePaths } from "../../src/hall/state.js";

const CONFIG = {
  env: "dev",
  profile: "prof.dev.permissive",
  tenant: "local",
  namespace: "x.ada",
  caller: { data_label: "INTERNAL", tenant_risk: "low", qos_class: "P2" },
  registry: "file:",
};

const KEY = `ed25519:${"0a".repeat(32)}`;

function project(config: object = CONFIG): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "hall-home-")));
  mkdirSync(join(dir, ".hall"));
  writeFileSync(join(dir, ".hall", "config.json"), JSON.stringify(config));
  return dir;
}

describe("a home", () => {
  test("is the one named, as .hall or the directory that holds it, else the nearest upwards", () => {
    const dir = project();
    const deep = join(dir, "a", "b");
    mkdirSync(deep, { recursive: true });
    const expected = join(dir, ".hall");
    expect(findHome({ home: dir, cwd: "/", environment: {} }).dir).toBe(expected);
    expect(findHome({ home: expected, cwd: "/", environment: {} }).dir).toBe(expected);
    expect(findHome({ cwd: "/", environment: { HALL_HOME: dir } }).dir).toBe(expected);
    expect(findHome({ cwd: deep, environment: {} }).dir).toBe(expected);
    expect(() => findHome({ cwd: "/", environment: {} })).toThrow(HomeError);
  });

  test("keeps its state in HALL_STATE, else in a directory of this user named by the hash of its path", () => {
    const dir = project();
    const at = (environment: Record<string, string>) => findHome({ home: dir, cwd: "/", environment });
    expect(at({ HALL_STATE: "/s" })).toMatchObject({ state: "/s", database: "/s/hall.db" });
    expect(at({ XDG_STATE_HOME: "/x" }).state).toMatch(/^\/x\/hall\/[0-9a-f]{64}$/);
    expect(at({ HOME: "/h" }).state).toMatch(/^\/h\/\.local\/state\/hall\/[0-9a-f]{64}$/);
    expect(at({ HALL_DB_PATH: "/d/other.db", HALL_STATE: "/s" }).database).toBe("/d/other.db");
    expect(statePaths(at({ HALL_STATE: "/s/one" })).registry).toBe("/s/registry");
  });

  test("refuses the state of another home", () => {
    const state = join(mkdtempSync(join(tmpdir(), "hall-state-")), "state");
    const [one, two] = [project(), project()].map((home) =>
      findHome({ home, cwd: "/", environment: { HALL_STATE: state } }),
    );
    if (one === undefined || two === undefined) throw new Error("no homes");
    makeState(one);
    checkState(one);
    expect(() => checkState(two)).toThrow(/belongs to/);
  });

  test("names every problem of its config at once, each with its path", () => {
    const bad = {
      ...CONFIG,
      env: "production",
      tenant: "",
      colour: "red",
      approvers: [{ id: "mcp:x", key: "no" }],
    };
    try {
      parseConfig(bad, "config.json");
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof HomeError)) throw error;
      for (const path of ["env", "tenant", "colour", "approvers.0.id", "approvers.0.key"])
        expect(error.message).toContain(path);
    }
  });

  test.each([
    ["env prod without a profile", { ...CONFIG, env: "prod", profile: null }, /needs a profile/],
    ["a profile of a later version", { ...CONFIG, profile: "prof.prod.strict" }, /isn't in this version/],
    [
      "two approvers with one key",
      { ...CONFIG, approvers: ["alice", "bob"].map((id) => ({ id, key: KEY })) },
      /approvers\.1\.key/,
    ],
    [
      "one approver twice",
      { ...CONFIG, approvers: [0, 1].map((i) => ({ id: "alice", key: KEY.replace(/.$/, `${i}`) })) },
      /approvers\.1\.id/,
    ],
    ["a registry over the network", { ...CONFIG, registry: "https://example.org" }, /file:/],
  ])("refuses %s", (_what, config, message) => {
    const home = findHome({ home: project(config), cwd: "/", environment: {} });
    expect(() => readConfig(home)).toThrow(message);
  });
});
