import { expect, test } from "vitest";
import { explain } from "../../src/lifecycle/explain.js";
import { runTool } from "../../src/lifecycle/runTool.js";
import { DENY_CODES } from "../../src/protocol/deny.js";
import { FAULT_CODES } from "../../src/protocol/outcome.js";
import { failure, homeOf, workshop } from "./project.js";

test("every code of the tables, without a home", async () => {
  for (const what of [...DENY_CODES, ...FAULT_CODES]) {
    expect(await explain(workshop(), { what })).toMatchObject({
      of: "code",
      code: what,
      message: expect.any(String),
      helps: expect.any(String),
    });
  }
  expect(await explain(workshop(), { what: "deny_skill_revoked" })).toMatchObject({
    kind: "denial",
    code: "DENY_SKILL_REVOKED",
  });
  expect(await explain(workshop(), { what: "HANDLER_TIMEOUT" })).toMatchObject({ kind: "fault" });
});

test("a record of this home", async () => {
  const ws = await homeOf();
  const denied = await runTool(ws, { tool: "nothing", input: {} });
  expect(await explain(ws, { what: denied.record_id ?? "" })).toMatchObject({
    of: "record",
    kind: "decision",
    outcome: "denied",
    code: "DENY_UNKNOWN_SKILL",
  });
  expect(await failure(explain(ws, { what: "constructor" }))).toMatchObject({ code: "NOT_FOUND" });
});
