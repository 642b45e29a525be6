import type { JsonObject } from "../protocol/canonical.js";
import type { RouteDecision } from "../protocol/decision.js";
import type { Containment, Enforcement } from "../protocol/facts.js";
import { FAULT_CODES, type FaultCode } from "../protocol/outcome.js";
import type { PackageManifest } from "../protocol/package.js";
import type { RouteInput } from "../protocol/request.js";
import { SUPERVISOR_LEVELS, type SupervisorLevel } from "../protocol/supervisor.js";
import { type Envelope, isEnvelope } from "./dsse.js";
import { type GenesisBody, parseGenesis } from "./genesis.js";
import {
  atLeast,
  type Check,
  exactly,
  expectMembers,
  isCount,
  isFlag,
  isHash,
  isNull,
  isObject,
  isText,
  isTime,
  isUuid,
  type Members,
  oneOf,
  orNull,
  RecordError,
} from "./members.js";
import { MAX_BODY_BYTES, type RecordKind, readCanonical } from "./record.js";
import { type HoldRequest, parseRequest } from "./request.js";

/** In every body but genesis: on whose behalf, under which policy, about what. Null where there is nothing. */
export type Common = {
  readonly tenant_id: string | null;
  readonly session_id: string | null;
  readonly surface: string | null;
  readonly correlation_id: string | null;
  readonly actor: string | null;
  /** `wcp-hall/<version>` */
  readonly engine: string;
  /** That of the last apply before this record. */
  readonly policy_digest: string | null;
  /** seq of the last genesis, order, install or uninstall before this record. */
  readonly standing_epoch: number;
  readonly skill_id: string | null;
  readonly version: string | null;
  readonly artifact_digest: string | null;
};

/** Everything that replays the decision: makeDecision(route_input, policy document, facts, now, ids) gives `decision`. */
export type DecisionBody = Common & {
  readonly tool: string | null;
  /** Of a tool whose code the host holds; null for a skill's. */
  readonly definition_digest: string | null;
  readonly now: string;
  readonly ids: { readonly decision_id: string; readonly approval_id: string | null };
  readonly route_input: RouteInput;
  readonly facts: JsonObject;
  readonly decision: RouteDecision;
  readonly dry_run: boolean;
  /** The approval_id that this decision consumed. */
  readonly grant_id: string | null;
  readonly labels: null;
  readonly conditions: null;
};

/** That a run happened, and how it ended; `result` commits to the output. */
export type ReceiptBody = Common & {
  readonly outcome: "done" | "failed";
  readonly fault: { readonly code: FaultCode; readonly detail: string | null } | null;
  readonly result: string | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly containment: Containment | null;
  readonly executed_by: "hall" | "host";
};

export type AbandonedBody = Common;
export type HoldBody = Common & { readonly request: HoldRequest };
/** One answer to a hold: an approver's vote, or the asking program's own yes or no and the surface that it came through. */
export type ApprovalBody = Common & {
  readonly approval_id: string;
  readonly vote: Envelope | null;
  readonly confirmed_via: string | null;
  readonly declined_via: string | null;
  /** The voter's under the policy in force. Null without a vote, and in records of before there were levels. */
  readonly level: SupervisorLevel | null;
};

/** apply, standing, ban; reserved: key, clock, erase. */
export type OrderBody = Common & { readonly order: Envelope };

export type InstallBody = Common & {
  readonly certificate: Envelope;
  /** H(skill.json); its document is kept. */
  readonly manifest_hash: string;
  readonly awp: PackageManifest | null;
  /** Installed by `hall dev`, which replaces it on the next save. */
  readonly dev: boolean;
};
export type UninstallBody = Common;

/** The definition of a foreign tool that a Hall in env dev met first, and takes as the accepted one from then on. */
export type PinBody = Common & {
  readonly tool: string;
  readonly capability_id: string;
  readonly definition_digest: string;
  /** H of the definition's canonical bytes, which are kept as a document. */
  readonly document: string;
};

/** init, build, certify, publish. */
export type LifecycleBody = Common & {
  readonly manifest_hash: string | null;
  readonly signer: string | null;
  readonly certificate_digest: string | null;
  readonly author: string | null;
};
export type QueryBody = Common & { readonly tool: string };
/** Reserved: nothing writes it yet. */
export type DenialBurstBody = Common & { readonly code: string; readonly count: number };

/** The body of each kind. */
export type Bodies = {
  readonly genesis: GenesisBody;
  readonly decision: DecisionBody;
  readonly receipt: ReceiptBody;
  readonly abandoned: AbandonedBody;
  readonly hold: HoldBody;
  readonly approval: ApprovalBody;
  readonly apply: OrderBody;
  readonly standing: OrderBody;
  readonly ban: OrderBody;
  readonly key: OrderBody;
  readonly clock: OrderBody;
  readonly erase: OrderBody;
  readonly install: InstallBody;
  readonly uninstall: UninstallBody;
  readonly pin: PinBody;
  readonly init: LifecycleBody;
  readonly build: LifecycleBody;
  readonly certify: LifecycleBody;
  readonly publish: LifecycleBody;
  readonly query: QueryBody;
  readonly denial_burst: DenialBurstBody;
};
export type Body = Bodies[RecordKind];

const COMMON: Members<Common> = {
  tenant_id: orNull(isText),
  session_id: orNull(isText),
  surface: orNull(isText),
  correlation_id: orNull(isText),
  actor: orNull(isText),
  engine: isText,
  policy_digest: orNull(isHash),
  standing_epoch: isCount,
  skill_id: orNull(isText),
  version: orNull(isText),
  artifact_digest: orNull(isHash),
};

const isFacts: Check<JsonObject> = (value): value is JsonObject => isObject(value);
const isRouteInput: Check<RouteInput> = (value): value is RouteInput =>
  isObject(value) && isText(value["capability_id"]) && isText(value["env"]) && isObject(value["request"]);
const isDecision: Check<RouteDecision> = (value): value is RouteDecision =>
  isObject(value) &&
  isText(value["decision_id"]) &&
  isText(value["matched_rule_id"]) &&
  isFlag(value["denied"]);
const isRequest: Check<HoldRequest> = (value): value is HoldRequest => {
  try {
    parseRequest(value);
    return true;
  } catch {
    return false;
  }
};
const isEnforcement: Check<Enforcement> = oneOf(["enforced", "partial", "none"]);
const isContainment = atLeast<Containment>({
  network: isEnforcement,
  files: isEnforcement,
  processes: isEnforcement,
  memory: isEnforcement,
  signals: isEnforcement,
});
const isFault = atLeast<NonNullable<ReceiptBody["fault"]>>({
  code: oneOf(FAULT_CODES),
  detail: orNull(isText),
});
const isAwp: Check<PackageManifest> = (value): value is PackageManifest =>
  isObject(value) && value["schema_version"] === "awp.v1";

const ORDER: Members<OrderBody> = { ...COMMON, order: isEnvelope };
const LIFECYCLE: Members<LifecycleBody> = {
  ...COMMON,
  manifest_hash: orNull(isHash),
  signer: orNull(isText),
  certificate_digest: orNull(isHash),
  author: orNull(isText),
};

const BODIES: { readonly [K in Exclude<RecordKind, "genesis">]: Members<Bodies[K]> } = {
  decision: {
    ...COMMON,
    tool: orNull(isText),
    definition_digest: orNull(isHash),
    now: isTime,
    ids: exactly<DecisionBody["ids"]>({ decision_id: isUuid, approval_id: orNull(isUuid) }),
    route_input: isRouteInput,
    facts: isFacts,
    decision: isDecision,
    dry_run: isFlag,
    grant_id: orNull(isUuid),
    labels: isNull,
    conditions: isNull,
  },
  receipt: {
    ...COMMON,
    outcome: oneOf(["done", "failed"]),
    fault: orNull(isFault),
    result: orNull(isHash),
    started_at: orNull(isTime),
    ended_at: orNull(isTime),
    containment: orNull(isContainment),
    executed_by: oneOf(["hall", "host"]),
  },
  abandoned: COMMON,
  hold: { ...COMMON, request: isRequest },
  approval: {
    ...COMMON,
    approval_id: isUuid,
    vote: orNull(isEnvelope),
    confirmed_via: orNull(isText),
    declined_via: orNull(isText),
    level: orNull(oneOf(SUPERVISOR_LEVELS)),
  },
  apply: ORDER,
  standing: ORDER,
  ban: ORDER,
  key: ORDER,
  clock: ORDER,
  erase: ORDER,
  install: { ...COMMON, certificate: isEnvelope, manifest_hash: isHash, awp: orNull(isAwp), dev: isFlag },
  uninstall: COMMON,
  pin: { ...COMMON, tool: isText, capability_id: isText, definition_digest: isHash, document: isHash },
  init: LIFECYCLE,
  build: LIFECYCLE,
  certify: LIFECYCLE,
  publish: LIFECYCLE,
  query: { ...COMMON, tool: isText },
  denial_burst: { ...COMMON, code: isText, count: isCount },
};

/** What members that came later read as in a body that was written before them. */
const BEFORE: { readonly [K in RecordKind]?: Partial<Bodies[K]> } = {
  decision: { definition_digest: null },
  approval: { declined_via: null, level: null },
};

/**
 * Reads a stored body of a kind: canonical, at most 4 MiB, every member of that kind there and well formed.
 * Members that it doesn't know are kept and mean nothing. Throws RecordError.
 */
export function parseBody<K extends RecordKind>(kind: K, bytes: Uint8Array): Bodies[K] {
  if (bytes.length > MAX_BODY_BYTES) throw new RecordError(`${kind}: more than ${MAX_BODY_BYTES} bytes`);
  if (kind === "genesis") return parseGenesis(bytes) as Bodies[K];
  return expectBody(
    kind as Exclude<RecordKind, "genesis">,
    readCanonical(`${kind} body`, bytes),
  ) as Bodies[K];
}

/** The same check for a body at hand as a value, before its bytes are made. Throws RecordError. */
export function expectBody<K extends Exclude<RecordKind, "genesis">>(kind: K, value: unknown): Bodies[K] {
  const table: Members<Bodies[K]> = BODIES[kind];
  const whole = isObject(value) ? { ...BEFORE[kind], ...value } : value;
  return expectMembers(`${kind} body`, whole, table, false);
}
