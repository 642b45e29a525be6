import { expect, test } from "vitest";
import { runTool } from "../../src/lifecycle/runTool.js";
import { whyUnrecorded } from "../../src/lifecycle/whyUnrecorded.js";
import { freeze, thaw, unprivileged } from "./frozen.js";
import { homeOf, temporary, workshop } from "./project.js";

test("a state directory that can't be written is why, and the remedy names it", async () => {
  const base = temporary();
  const ws = await homeOf(workshop(base));
  expect(await whyUnrecorded(ws)).toBeNull();
  freeze(base);
  try {
    const [denied, why] = await unprivileged(
      async () => [await runTool(ws, { tool: "search_notes", input: {} }), await whyUnrecorded(ws)] as const,
    );
    expect(denied).toMatchObject({ kind: "denied", denial: { code: "DENY_AUDIT_UNAVAILABLE" } });
    expect(why).toMatchObject({ code: "READ_ONLY", helps: expect.stringContaining("set HALL_STATE") });
    expect(why?.helps).toContain(ws.environment["HALL_STATE"] ?? "");
  } finally {
    thaw(base);
  }
  expect(await whyUnrecorded(ws)).toBeNull();
});

test("a home that can't be opened says why itself", async () => {
  const ws = await homeOf();
  expect(await whyUnrecorded({ ...ws, home: "nowhere" })).toMatchObject({ code: "NO_HOME" });
});
