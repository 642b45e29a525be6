import { expect, test } from "vitest";
import { renderLine } from "../../src/cli/line.js";
import { exitOf, hintsFor, outcomeLines } from "../../src/cli/outcome.js";
import type { RouteDecision } from "../../src/protocol/decision.js";
import type { Denial, Outcome } from "../../src/protocol/outcome.js";

const common = { decision: {} as RouteDecision, record_id: "REC", ledger_head: null };
const denial: Denial = {
  code: "DENY_INVALID_INPUT",
  message: "Wrong shape.",
  helps: "Correct it.",
  retryable: false,
  problems: [
    { path: "", keyword: "type" },
    { path: "/a", keyword: "required" },
  ],
};

const OUTCOMES: readonly (readonly [Outcome, number, readonly string[], RegExp | null])[] = [
  [
    { ...common, kind: "done", output: { hits: ["tea\u202e"] }, receipt_id: "R" },
    0,
    ["{", '  "hits": [', '    "tea\\u202e"', "  ]", "}"],
    null,
  ],
  [
    { ...common, kind: "denied", denial },
    2,
    [
      "DENIED DENY_INVALID_INPUT",
      "  Wrong shape.",
      "    the arguments must be a JSON object",
      "    /a is required",
      "  Correct it.",
      "  record    REC",
    ],
    /hall explain REC/,
  ],
  [
    { ...common, kind: "denied", denial: { ...denial, code: "DENY_UNKNOWN_SKILL", problems: [] } },
    2,
    ["DENIED DENY_UNKNOWN_SKILL", "  Wrong shape.", "  Correct it.", "  record    REC"],
    /hall skill list.*hall apply/,
  ],
  [
    { ...common, kind: "denied", denial: { ...denial, problems: [] }, record_id: null },
    2,
    ["DENIED DENY_INVALID_INPUT", "  Wrong shape.", "  Correct it.", "  not recorded"],
    null,
  ],
  [
    { ...common, kind: "held", approval_id: "APP", expires_at: "SOON" },
    3,
    ["HELD for an approver until SOON; nothing has run", "  approval  APP", "  record    REC"],
    /hall approvals show APP/,
  ],
  [
    { ...common, kind: "failed", fault: { code: "HANDLER_ERROR", message: "It broke." }, receipt_id: null },
    1,
    ["FAILED HANDLER_ERROR", "  It broke.", "  record    REC"],
    /hall explain REC/,
  ],
  [
    { ...common, kind: "failed", fault: { code: "HANDLER_ERROR", message: "It broke." }, receipt_id: "RCT" },
    1,
    ["FAILED HANDLER_ERROR", "  It broke.", "  record    REC"],
    /hall explain RCT/,
  ],
  [{ ...common, kind: "dry_run", would: "run" }, 0, ["DRY RUN the call would run", "  record    REC"], null],
  [
    { ...common, kind: "dry_run", would: "hold" },
    3,
    ["DRY RUN the call would wait for an approver", "  record    REC"],
    null,
  ],
  [
    { ...common, kind: "dry_run", would: "deny", denial: { ...denial, problems: [] } },
    2,
    [
      "DRY RUN the call would be denied",
      "  DENY_INVALID_INPUT",
      "  Wrong shape.",
      "  Correct it.",
      "  record    REC",
    ],
    null,
  ],
];

test.each(OUTCOMES)("%j", (outcome, exit, lines, hint) => {
  expect(exitOf(outcome)).toBe(exit);
  expect(outcomeLines(outcome).map((line) => renderLine(line, false))).toEqual(lines);
  const hints = hintsFor(outcome).join(" ");
  if (hint === null) expect(hints).toBe("");
  else expect(hints).toMatch(hint);
});
