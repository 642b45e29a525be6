import { canonicalJson } from "../protocol/canonical.js";
import type { Hold } from "../protocol/decision.js";
import type { DenyCode } from "../protocol/deny.js";
import {
  DATA_LABELS,
  type DataLabel,
  ENVS,
  type Env,
  QOS_CLASSES,
  type QosClass,
  TENANT_RISKS,
  type TenantRisk,
} from "../protocol/request.js";
import { SUPERVISOR_LEVELS, type SupervisorLevel } from "../protocol/supervisor.js";
import {
  type Check,
  exactly,
  expectMembers,
  isCount,
  isHash,
  isText,
  isTime,
  isUuid,
  listOf,
  type Members,
  oneOf,
  orNull,
  RecordError,
} from "./members.js";

/**
 * What a human is asked: one call, whole, by commitment. Kept in the hold's record and repeated inside every vote
 * (formats.md, Holds and grants). A tool of a skill has `artifact_digest`, one of `guard` has `definition_digest`.
 */
export type HoldRequest = {
  readonly approval_id: string;
  readonly mode: "confirm" | "approve";
  readonly needed: number;
  /** The level that answers need from the start; null is any that counts. */
  readonly supervisor_level: SupervisorLevel | null;
  readonly holds: readonly Hold[];
  readonly hall_id: string;
  readonly tenant_id: string;
  readonly agent: string;
  readonly env: Env;
  readonly data_label: DataLabel;
  readonly tenant_risk: TenantRisk;
  readonly qos_class: QosClass;
  readonly capability_id: string;
  readonly rule_id: string;
  readonly skill_id: string | null;
  readonly version: string | null;
  readonly title: string | null;
  readonly tool: string;
  readonly artifact_digest: string | null;
  readonly definition_digest: string | null;
  readonly arguments: string;
  readonly policy_digest: string;
  readonly engine: string;
  readonly opened_at: string;
  readonly expires_at: string;
  readonly grant_seconds: number;
};

export const VERDICTS = ["approve", "deny", "escalate"] as const;

/** What an approver signs. `voted_at` is a claim; the time that counts is the record's. */
export type Vote = {
  readonly request: HoldRequest;
  /** `escalate`: people above this approver shall answer. */
  readonly verdict: (typeof VERDICTS)[number];
  readonly approver_id: string;
  readonly via: string | null;
  readonly reason: string | null;
  readonly voted_at: string;
};

/** Whom a hold belongs to: these members and `arguments`, never session, process or surface. */
export const HOLD_KEY_MEMBERS = [
  "tenant_id",
  "agent",
  "env",
  "data_label",
  "tenant_risk",
  "qos_class",
  "capability_id",
  "skill_id",
  "tool",
  "artifact_digest",
  "definition_digest",
  "policy_digest",
  "engine",
] as const;
export type HoldKey = Pick<HoldRequest, (typeof HOLD_KEY_MEMBERS)[number]>;

/** Any text: a newer Hall's codes are read too. */
const isCode: Check<DenyCode> = (value): value is DenyCode => typeof value === "string";

const REQUEST: Members<HoldRequest> = {
  approval_id: isUuid,
  mode: oneOf(["confirm", "approve"]),
  needed: isCount,
  supervisor_level: orNull(oneOf(SUPERVISOR_LEVELS)),
  holds: listOf(exactly<Hold>({ code: isCode, reason: isText }), 1),
  hall_id: isHash,
  tenant_id: isText,
  agent: isText,
  env: oneOf(ENVS),
  data_label: oneOf(DATA_LABELS),
  tenant_risk: oneOf(TENANT_RISKS),
  qos_class: oneOf(QOS_CLASSES),
  capability_id: isText,
  rule_id: isText,
  skill_id: orNull(isText),
  version: orNull(isText),
  title: orNull(isText),
  tool: isText,
  artifact_digest: orNull(isHash),
  definition_digest: orNull(isHash),
  arguments: isHash,
  policy_digest: isHash,
  engine: isText,
  opened_at: isTime,
  expires_at: isTime,
  grant_seconds: isCount,
};

const VOTE: Members<Vote> = {
  request: exactly(REQUEST),
  verdict: oneOf(VERDICTS),
  approver_id: isText,
  via: orNull(isText),
  reason: orNull(isText),
  voted_at: isTime,
};

/** A request from parsed JSON. Throws RecordError. */
export function parseRequest(value: unknown): HoldRequest {
  const request = expectMembers("request", value, REQUEST, true);
  if (request.needed < 1) throw new RecordError("request: needed is less than 1");
  if ((request.artifact_digest === null) === (request.definition_digest === null)) {
    throw new RecordError("request: not exactly one of artifact_digest and definition_digest");
  }
  return request;
}

/** A vote from a payload whose signature held. Throws RecordError. */
export function parseVote(payload: unknown): Vote {
  const vote = expectMembers("vote", payload, VOTE, true);
  parseRequest(vote.request);
  return vote;
}

/** The holder of a request as one text, equal for the same caller, tool and policy: an index key. */
export function holdKeyText(key: HoldKey): string {
  return canonicalJson(HOLD_KEY_MEMBERS.map((name) => key[name]));
}
