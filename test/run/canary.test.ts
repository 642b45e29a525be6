import { describe, expect, test } from "vitest";
import { containmentOf, runCanary, unexpected } from "../../src/run/canary.js";
import { jobOf, runnerForTest } from "./job.js";

describe("the canary", () => {
  test("on this machine nothing unexpected works", async () => {
    expect(unexpected(await runCanary([process.execPath]))).toEqual([]);
  });

  test("says what it can't find out", async () => {
    await expect(runCanary(["/bin/false"])).rejects.toThrow("no answer");
    await expect(runCanary(["/nowhere/node"])).rejects.toThrow("ENOENT");
  });

  test("each fact follows from what worked", () => {
    const facts = {
      network: "none",
      files: "enforced",
      processes: "enforced",
      memory: "enforced",
      signals: "none",
    };
    expect(containmentOf(["kill", "tcp"], true)).toEqual(facts);
    expect(containmentOf(["kill", "tcp"], false)).toEqual({ ...facts, memory: "partial" });
    expect(containmentOf([], true)).toMatchObject({ network: "partial", signals: "partial" });
    for (const name of ["read", "write", "sqlite"] as const)
      expect(containmentOf([name], true).files).toBe("none");
    for (const name of ["spawn", "worker", "eval"] as const)
      expect(containmentOf([name], true).processes).toBe("none");
    expect(containmentOf(["addons"], true)).toMatchObject({ files: "none", processes: "none" });
  });
});

describe("a runner on a machine where containment doesn't hold", () => {
  test("runs nothing and says what is open", async () => {
    for (const open of ["read", "write", "sqlite", "spawn", "worker", "addons", "eval"] as const) {
      const runner = runnerForTest({ canary: async () => ["kill", "tcp", open] });
      const result = await runner.run(jobOf("export default () => 1"));
      expect(result).toMatchObject({
        ok: false,
        code: "RUNNER_UNAVAILABLE",
        detail: expect.stringContaining(open),
      });
    }
  });

  test("claims nothing while the trial fails, and tries again", async () => {
    let tries = 0;
    const runner = runnerForTest({
      canary: async () => {
        tries += 1;
        if (tries < 3) throw new Error("no canary today");
        return ["kill", "tcp"];
      },
    });
    const nothing = { network: "none", files: "none", processes: "none", memory: "none", signals: "none" };
    expect(await runner.containment()).toEqual(nothing);
    expect(await runner.run(jobOf("export default () => 1"))).toMatchObject({
      ok: false,
      code: "RUNNER_UNAVAILABLE",
    });
    expect(await runner.containment()).toMatchObject({ files: "enforced", network: "none" });
    expect(await runner.run(jobOf("export default () => 1"))).toMatchObject({ ok: true });
  });
});
