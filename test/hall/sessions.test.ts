import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sessionDirectory } from "../../src/hall/sessions.js";

const fresh = () => mkdtempSync(join(tmpdir(), "hall-sessions-"));

describe("sessions", () => {
  test("a session is alive from its registration until its process closes it", () => {
    const dir = fresh();
    const mine = sessionDirectory(dir);
    const others = sessionDirectory(dir);
    expect(others.isAlive("a")).toBe(false);
    mine.register("a");
    expect(others.isAlive("a")).toBe(true);
    mine.close();
    expect(others.isAlive("a")).toBe(false);
  });

  test("a session of a dead process is dead, also when its process id is in use again", async () => {
    const dir = fresh();
    const child = spawn(process.execPath, ["-e", "0"]);
    await once(child, "exit");
    writeFileSync(join(dir, "b"), `${child.pid} 1`);
    writeFileSync(join(dir, "c"), `${process.pid} 1`);
    expect(sessionDirectory(dir).isAlive("b")).toBe(false);
    if (process.platform === "linux") expect(sessionDirectory(dir).isAlive("c")).toBe(false);
    expect(readdirSync(dir)).not.toContain("b");
  });

  test("a name that could leave the directory is nobody's session", () => {
    const sessions = sessionDirectory(fresh());
    sessions.register("../x");
    expect(sessions.isAlive("../x")).toBe(false);
  });
});
