import type { Bodies } from "../evidence/body.js";
import type { JsonObject } from "../protocol/canonical.js";
import type { DenyReason } from "../protocol/decision.js";
import { denialOf } from "../protocol/deny.js";
import { FAULTS } from "../protocol/fault.js";
import type { FaultCode } from "../protocol/outcome.js";
import type { RecordRow } from "../records/query.js";
import { approvalInWords } from "./approvalInWords.js";

/** What a record says, in words: for `hall_why`, `hall explain RECORD` and `hall audit`. */
export type Explanation = {
  readonly record_id: string;
  readonly kind: string;
  readonly at: string;
  readonly tool: string | null;
  readonly outcome: string;
  readonly code: string | null;
  readonly message: string;
  readonly helps: string | null;
  readonly retryable: boolean;
};

/** Explains one record from what it says itself. */
export function explainRow(row: RecordRow): Explanation {
  const base = { record_id: row.record_id, kind: row.kind, at: row.at, tool: row.tool };
  const body = row.body as JsonObject | null;
  if (body === null) return { ...base, ...plain("erased", "The body of this record was erased.") };
  if (row.kind === "decision") return { ...base, ...explainDecision(body) };
  if (row.kind === "approval")
    return { ...base, ...plain(row.kind, approvalInWords(body as unknown as Bodies["approval"])) };
  if (row.kind === "receipt") return { ...base, ...explainReceipt(body) };
  return { ...base, ...plain(row.kind, MEANINGS[row.kind] ?? "A record of the Hall.") };
}

/** A record that neither refuses nor fails anything. */
function plain(outcome: string, message: string): Explained {
  return { outcome, code: null, message, helps: null, retryable: false };
}

type Explained = Pick<Explanation, "outcome" | "code" | "message" | "helps" | "retryable">;

function explainDecision(body: JsonObject): Explained {
  const decision = body["decision"] as JsonObject;
  const dry = body["dry_run"] === true ? " It was a preview: nothing ran." : "";
  const reason = decision["deny_reason_if_denied"] as DenyReason | null;
  if (reason === null) {
    const message = `Allowed by rule ${String(decision["matched_rule_id"])}.${dry}`;
    return plain("allowed", message);
  }
  const denial = denialOf(reason);
  const outcome = reason["supervisor_required"] === true ? "held" : "denied";
  return {
    outcome,
    code: denial.code,
    message: denial.message + dry,
    helps: denial.helps,
    retryable: denial.retryable,
  };
}

function explainReceipt(body: JsonObject): Explained {
  const fault = body["fault"] as { code: FaultCode } | null;
  if (fault === null) return plain("done", "The call ran and its result was returned.");
  return {
    outcome: "failed",
    code: fault.code,
    message: FAULTS[fault.code].message,
    helps: FAULTS[fault.code].helps,
    retryable: FAULTS[fault.code].retryable,
  };
}

const MEANINGS: Readonly<Record<string, string>> = {
  genesis: "The first record: it fixes this Hall's keys and its name.",
  abandoned: "An allowed call whose process died before it could write a receipt.",
  hold: "A call waits for a person's approval.",
  apply: "An operator put a policy in force.",
  standing: "An operator revoked, restored or degraded something.",
  ban: "An operator added or removed a ban.",
  install: "A skill was installed.",
  uninstall: "A skill was uninstalled.",
  init: "A skill was begun.",
  build: "A skill was built.",
  certify: "A skill was certified.",
  publish: "A skill was published.",
  query: "A caller asked the Hall about its own calls.",
};
