import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { GateParts } from "../../src/hall/gate.js";
import { makeGate } from "../../src/hall/gate.js";
import { artifactDirectory } from "../../src/hall/skills.js";
import { build, CALLER, NOTES, openNotesHall } from "./memoryHall.js";

describe("the artifact that runs", async () => {
  const dir = mkdtempSync(join(tmpdir(), "hall-skills-"));
  const { artifact, artifact_digest } = await build(NOTES);
  const parts = await openNotesHall();
  afterAll(async () => {
    await parts.hall.close();
    rmSync(dir, { recursive: true, force: true });
  });

  let now = Date.now() + 10_000;
  const files = artifactDirectory(dir, writeFileSync, () => now);
  const path = join(dir, artifact_digest);
  const gateOn = (held: GateParts["sources"]["held"]) =>
    makeGate({ ...parts.gateParts, sources: { ...parts.gateParts.sources, held } }, CALLER);
  const gate = gateOn((tool) => files.hold(tool.artifact_digest ?? ""));
  const changed = (at: number) => Buffer.from(artifact.map((byte, i) => (i === at ? byte ^ 1 : byte)));

  test("is read once while its file rests", () => {
    writeFileSync(path, artifact);
    expect(files.hold(artifact_digest)).toBe(files.hold(artifact_digest));
  });

  test("is read again while its file is younger than two seconds", () => {
    now = Date.now();
    writeFileSync(path, artifact);
    expect(files.hold(artifact_digest)).not.toBe(files.hold(artifact_digest));
    now += 10_000;
  });

  const places = Array.from({ length: 12 }, (_, i) => Math.floor((artifact.length * i) / 12));
  test.each(places)("never runs with byte %i changed, even under the same size and times", async (at) => {
    writeFileSync(path, artifact);
    utimesSync(path, 1_000, 1_000);
    expect(await gate.invoke("search_notes", { query: "tea" })).toMatchObject({ kind: "done" });
    writeFileSync(path, changed(at));
    utimesSync(path, 1_000, 1_000);
    const outcome = await gate.invoke("search_notes", { query: "tea" });
    expect(outcome).toMatchObject({ kind: "denied" });
    expect(outcome.kind === "denied" && outcome.denial.code).toMatch(/^ATTEST_/);
  });

  test("is the one that was checked, when the file is swapped after the check", async () => {
    writeFileSync(path, artifact);
    const swapping = gateOn((tool) => {
      const held = files.hold(tool.artifact_digest ?? "");
      writeFileSync(path, changed(artifact.length - 2_000));
      return held;
    });
    expect(await swapping.invoke("search_notes", { query: "tea" })).toMatchObject({
      kind: "done",
      output: { hits: [] },
    });
    expect(readFileSync(path).equals(artifact)).toBe(false);
    expect(await gate.invoke("search_notes", { query: "tea" })).toMatchObject({ kind: "denied" });
  });

  test("is denied when it is gone", async () => {
    rmSync(path);
    const outcome = await gate.invoke("search_notes", { query: "tea" });
    expect(outcome).toMatchObject({ kind: "denied", denial: { code: "ATTEST_HASH_MISMATCH" } });
  });
});
