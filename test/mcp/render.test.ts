import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, test } from "vitest";
import { renderOutcome } from "../../src/mcp/render.js";
import { FAULT_CODES, type Outcome } from "../../src/protocol/outcome.js";
import { done, head, held as heldCall, recorded, textOf } from "./scripted.js";

const denial = {
  code: "DENY_INVALID_INPUT" as const,
  message: "The arguments don't fit the tool's schema.",
  helps: "Correct them by the tool's input schema.",
  retryable: false,
};
const APPROVAL = "0f8fad5b-d9cb-469f-a165-70867728950e";
const held = heldCall({ approval_id: APPROVAL, mode: "approve" });
const refusals: readonly Outcome[] = [
  { kind: "denied", ...recorded, denial },
  held,
  { kind: "dry_run", ...recorded, would: "run" },
  { kind: "dry_run", ...recorded, would: "hold" },
  { kind: "dry_run", ...recorded, would: "deny", denial },
  {
    kind: "failed",
    ...recorded,
    fault: { code: "HANDLER_TIMEOUT", message: "It took too long." },
    receipt_id: null,
  },
];

describe("done", () => {
  test("is text, and structured content where the tool promises it", () => {
    const result = renderOutcome(done({ hits: ["buy tea"] }), true);
    expect(textOf(result)).toBe('{"hits":["buy tea"]}');
    expect(result.structuredContent).toEqual({ hits: ["buy tea"] });
    expect(result.isError).toBeUndefined();
  });

  test.each([{ hits: [] }, "text", 3, null, ["a"]])("without an output schema is text only: %j", (output) => {
    const result = renderOutcome(done(output), false);
    expect(JSON.parse(textOf(result))).toEqual(output);
    expect(result).not.toHaveProperty("structuredContent");
  });

  test("shows content blocks where the tool answers such, and its structured part beside them", () => {
    const content = [
      { type: "image" as const, data: "AA==", mimeType: "image/png" },
      { type: "resource" as const, resource: { uri: "test://a", text: "a" } },
    ];
    const outcome = { ...done({ hits: [] }), content } as Outcome;
    const result = renderOutcome(outcome, true);
    expect(result).toMatchObject({ content, structuredContent: { hits: [] } });
    expect(CallToolResultSchema.safeParse(result).success).toBe(true);
    expect(renderOutcome({ ...outcome, output: null } as Outcome, false)).not.toHaveProperty(
      "structuredContent",
    );
  });

  test("carries the receipt and the ledger's head", () => {
    expect(renderOutcome(done(1), false)._meta).toEqual({
      "dev.hall/receipt": {
        outcome: "done",
        decision_id: recorded.decision.decision_id,
        correlation_id: "corr-1",
        record_id: "rec-1",
        receipt_id: "rcpt-1",
        head,
      },
    });
  });
});

describe("everything else", () => {
  test.each(refusals)(
    "$kind is an error without structured content, also for a tool with a schema",
    (outcome) => {
      const result = renderOutcome(outcome, true);
      expect(result.isError).toBe(true);
      expect(result).not.toHaveProperty("structuredContent");
      expect(textOf(result)).toContain("rec-1");
      expect(CallToolResultSchema.safeParse(result).success).toBe(true);
    },
  );

  test.each(refusals)("$kind tells no command and no way to loosen policy", (outcome) => {
    expect(textOf(renderOutcome(outcome, false))).not.toMatch(
      /\bhall [a-z]|--\w|rules\.json|config\.json|npx|apply/,
    );
  });

  test("a denial says code, message, where, what helps, whether a retry can, and the record", () => {
    const outcome: Outcome = {
      kind: "denied",
      ...recorded,
      denial: {
        ...denial,
        problems: [
          { path: "/query", keyword: "minLength" },
          { path: "", keyword: "minProperties" },
        ],
      },
    };
    expect(textOf(renderOutcome(outcome, false))).toBe(
      "DENIED DENY_INVALID_INPUT: The arguments don't fit the tool's schema. " +
        "Problems: /query is too short; the arguments have too few members. Correct them by the tool's input schema. " +
        "Repeating the same call won't help. (record rec-1)",
    );
  });

  test("a denial that may pass says so, and a long list of problems is cut", () => {
    const problems = Array.from({ length: 50 }, (_, i) => ({ path: `/p${i}`, keyword: "type" }));
    const text = textOf(
      renderOutcome({ kind: "denied", ...recorded, denial: { ...denial, retryable: true, problems } }, false),
    );
    expect(text).toContain("The same call may succeed later.");
    expect(text).toContain("/p19 has the wrong type; and 30 more.");
    expect(text).not.toContain("/p20");
  });

  test("a hold names the approval, until when, and that the same call is repeated afterwards", () => {
    const result = renderOutcome(held, false);
    expect(textOf(result)).toMatch(/^APPROVAL_REQUIRED 0f8fad5b-d9cb-469f-a165-70867728950e: /);
    expect(textOf(result)).toContain("2026-11-20T10:15:00.000Z");
    expect(textOf(result)).toContain("repeat exactly this call");
    expect(result._meta?.["dev.hall/receipt"]).toMatchObject({
      outcome: "held",
      approval_id: APPROVAL,
    });
  });

  test("a preview says what would happen, with the denial's words when it has them", () => {
    const preview = (more: { would: "run" | "hold" | "deny" }) =>
      textOf(renderOutcome({ kind: "dry_run", ...recorded, ...more }, false));
    expect(preview({ would: "run" })).toBe("DRY_RUN: nothing has run. The call would run. (record rec-1)");
    expect(preview({ would: "hold" })).toContain("would be held until a person approves it");
    expect(preview({ would: "deny" })).toContain("The call would be denied.");
    expect(textOf(renderOutcome({ kind: "dry_run", ...recorded, would: "deny", denial }, false))).toContain(
      `The call would be denied. DENY_INVALID_INPUT: ${denial.message}`,
    );
  });

  test.each(FAULT_CODES)("the fault %s stands in the text with its receipt", (code) => {
    const fault = { code, message: "The Hall's own sentence." };
    const outcome: Outcome = { kind: "failed", ...recorded, fault, receipt_id: "rcpt-9" };
    expect(textOf(renderOutcome(outcome, false))).toBe(
      `FAILED ${code}: The Hall's own sentence. (receipt rcpt-9)`,
    );
  });
});
