import { expect, test } from "vitest";
import { renderLine } from "../../src/cli/line.js";
import { exitOf, hintsFor, outcomeLines } from "../../src/cli/outcome.js";
import type { RouteDecision } from "../../src/protocol/decision.js";
import type { Denial, HoldQuestion, Outcome } from "../../src/protocol/outcome.js";

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

const question: HoldQuestion = {
  approval_id: "APP",
  mode: "approve",
  needed: 1,
  supervisor_level: null,
  holds: [],
  skill_id: null,
  title: null,
  tool: "add_note",
  arguments: "{}",
  expires_at: "SOON",
};

const OUTCOMES: readonly (readonly [Outcome, number, readonly string[], RegExp | null])[] = [
  [
    { ...common, kind: "done", output: { hits: ["tea\u202e"] }, content: null, receipt_id: "R" },
    0,
    ["{", '  "hits": [', '    "tea\\u202e"', "  ]", "}"],
    null,
  ],
  [
    {
      ...common,
      kind: "done",
      output: null,
      content: [
        { type: "text", text: "one\ntwo\u202e" },
        { type: "image", data: "AA==", mimeType: "image/png" },
        { type: "resource_link", name: "more", uri: "https://a.example" },
      ],
      receipt_id: "R",
    },
    0,
    ["one", "two\\u202e", "(image, image/png; --json gives its bytes)", "(more: https://a.example)"],
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
    { ...common, kind: "held", approval_id: "APP", expires_at: "SOON", question },
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
