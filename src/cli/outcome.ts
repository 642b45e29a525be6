import type { ContentBlock } from "../protocol/content.js";
import { describeProblem } from "../protocol/inputProblem.js";
import type { Denial, HoldQuestion, Outcome } from "../protocol/outcome.js";
import { EXIT, type ExitCode } from "./exit.js";
import { jsonLines, type Line } from "./line.js";

/** The exit code of a call (hall.md, Surfaces); a preview exits as the call would. */
export function exitOf(outcome: Outcome): ExitCode {
  switch (outcome.kind) {
    case "done":
      return EXIT.ok;
    case "dry_run":
      return PREVIEWS[outcome.would].exit;
    case "denied":
      return EXIT.denied;
    case "held":
      return EXIT.held;
    case "failed":
      return EXIT.fault;
    default:
      return unreachable(outcome);
  }
}

/** A call's answer for people: the output alone if there is one, else what happened and what would help. */
export function outcomeLines(outcome: Outcome): readonly Line[] {
  switch (outcome.kind) {
    case "done":
      return outcome.content === null ? jsonLines(outcome.output) : outcome.content.flatMap(blockLines);
    case "denied":
      return [
        [{ style: "red", text: "DENIED " }, outcome.denial.code],
        ...denialLines(outcome.denial),
        record(outcome),
      ];
    case "held":
      return [
        [
          { style: "yellow", text: "HELD " },
          `for ${whoAnswers(outcome.question)} until ${outcome.expires_at}; nothing has run`,
        ],
        `  approval  ${outcome.approval_id}`,
        record(outcome),
      ];
    case "dry_run":
      return [
        [{ style: "yellow", text: "DRY RUN " }, PREVIEWS[outcome.would].text],
        ...(outcome.denial === undefined ? [] : [`  ${outcome.denial.code}`, ...denialLines(outcome.denial)]),
        record(outcome),
      ];
    case "failed":
      return [
        [{ style: "red", text: "FAILED " }, outcome.fault.code],
        `  ${outcome.fault.message}`,
        record(outcome),
      ];
    default:
      return unreachable(outcome);
  }
}

function whoAnswers({ mode, needed }: HoldQuestion): string {
  if (mode === "confirm") return "a confirmation, or an approver,";
  return needed === 1 ? "an approver" : `${needed} approvers`;
}

/** A content block for people: text as it is, what has no text by what it is. */
function blockLines(block: ContentBlock): readonly Line[] {
  switch (block.type) {
    case "text":
      return block.text.split("\n");
    case "image":
    case "audio":
      return [`(${block.type}, ${block.mimeType}; --json gives its bytes)`];
    case "resource":
      return "text" in block.resource
        ? block.resource.text.split("\n")
        : [`(${block.resource.uri}; --json gives its bytes)`];
    case "resource_link":
      return [`(${block.name}: ${block.uri})`];
  }
}

/** Commands that help an operator with an answer. For terminals alone: a model is told who can help, never how. */
export function hintsFor(outcome: Outcome): readonly string[] {
  switch (outcome.kind) {
    case "held":
      return [
        `Look at it:  hall approvals show ${outcome.approval_id}`,
        `Answer it:   hall approvals approve ${outcome.approval_id}`,
        "Then run the same call again: it runs once.",
      ];
    case "denied": {
      const hint = HINTS[outcome.denial.code];
      if (hint !== undefined) return [`Helps: ${hint}`];
      return outcome.record_id === null ? [] : [`More: hall explain ${outcome.record_id}`];
    }
    case "failed":
      return [`More: hall explain ${outcome.receipt_id ?? outcome.record_id}`];
    default:
      return [];
  }
}

const PREVIEWS = {
  run: { exit: EXIT.ok, text: "the call would run" },
  hold: { exit: EXIT.held, text: "the call would wait for an approver" },
  deny: { exit: EXIT.denied, text: "the call would be denied" },
} as const;

const HINTS: Partial<Readonly<Record<Denial["code"], string>>> = {
  DENY_POLICY_NOT_APPLIED: "hall apply",
  DENY_UNKNOWN_SKILL:
    "hall skill list (what is installed); a rule in .hall/rules.json, then hall apply (what is allowed)",
  DENY_NO_MATCHING_RULE: "a rule in .hall/rules.json, then hall apply",
  DENY_NAMESPACE_NOT_AUTHORIZED: "hall namespace allow NAMESPACE",
  DENY_SKILL_REVOKED: "hall skill restore ID --reason TEXT",
  DENY_SKILL_BANNED: "hall ban list",
  DENY_ADAPTER_DEGRADED: "hall skill restore ID --reason TEXT",
  DENY_NOT_CERTIFIED: "hall skill certify, publish and install; hall trust add KEYFILE --namespace NS",
  DENY_CERTIFICATE_EXPIRED: "hall skill certify, publish and install",
  DENY_DEFINITION_CHANGED:
    "hall mcp accept NAME (a server's tools); hall tool accept ORIGIN (a program's own)",
  DENY_APPROVAL_EXPIRED: "hall approvals list",
  DENY_AUDIT_UNAVAILABLE: "hall audit verify",
};

function denialLines({ message, helps, problems = [] }: Denial): readonly Line[] {
  const broken = problems.map((problem) => `    ${describeProblem(problem)}`);
  return [`  ${message}`, ...broken, `  ${helps}`];
}

/** Without a ledger there is no record of it either. */
function record({ record_id }: Outcome): Line {
  if (record_id === null) return [{ style: "dim", text: "  not recorded" }];
  return [{ style: "dim", text: `  record    ${record_id}` }];
}

function unreachable(value: never): never {
  throw new TypeError(`an outcome that has no rendering (${typeof value})`);
}
