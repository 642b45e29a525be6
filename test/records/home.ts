import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Common } from "../../src/evidence/body.js";
import { commitment } from "../../src/evidence/commitment.js";
import { sealEnvelope } from "../../src/evidence/dsse.js";
import { signerFromSeed } from "../../src/evidence/ed25519.js";
import type { Order } from "../../src/evidence/order.js";
import { policyDigest } from "../../src/evidence/policy.js";
import type { HoldKey, HoldRequest } from "../../src/evidence/request.js";
import {
  canonicalBytes,
  encode,
  type Json,
  type JsonObject,
  sha256Hex,
} from "../../src/protocol/canonical.js";
import { timestamp } from "../../src/protocol/clock.js";
import type { RouteDecision } from "../../src/protocol/decision.js";
import { definitionDigest, type ForeignDefinition, foreignDefinition } from "../../src/protocol/foreign.js";
import type { FaultCode } from "../../src/protocol/outcome.js";
import type { Draft } from "../../src/records/draft.js";
import { openStore, type Store, type StoreOptions } from "../../src/records/store.js";
import type { Tx } from "../../src/records/transaction.js";

/** The keys of shared/vectors/formats.md. */
export const LEDGER = signerFromSeed(new Uint8Array(32).fill(1));
export const OPERATOR = signerFromSeed(new Uint8Array(32).fill(2));
export const PUBLISHER = signerFromSeed(new Uint8Array(32).fill(3));
export const APPROVER = signerFromSeed(new Uint8Array(32).fill(4));
export const SECOND_APPROVER = signerFromSeed(new Uint8Array(32).fill(5));

export const ENGINE = "wcp-hall/0.1.0";
export const START = Date.parse("2026-11-20T09:00:00.000Z");

/** A clock that a test moves. */
export function testClock(ms = START): { now: number; read: () => number } {
  const clock = { now: ms, read: () => clock.now };
  return clock;
}

export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "hall-records-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Opens a store that is closed when the test ends. */
export async function open(options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore({
    file: ":memory:",
    witness: null,
    ledgerKey: LEDGER,
    clock: () => START,
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
}

/** Options of a home in a directory. */
export function inDir(dir: string): { readonly file: string; readonly witness: string } {
  return { file: join(dir, "hall.db"), witness: join(dir, "witness") };
}

function ruleOf(rule_id: string, approval: Json = "approve"): JsonObject {
  return { rule_id, match: {}, decision: { escalation: { human_required_default: true, approval } } };
}

/** The rule of the policy that asks for this much. */
function ruleFor({ mode, needed }: Pick<HoldOf, "mode" | "needed">): string {
  return mode === "confirm" ? "rr_confirm" : needed === 2 ? "rr_two" : "rr_notes";
}

/** A policy document; `name` tells one from another. */
export function policyBytes(name = "first"): Uint8Array {
  return canonicalBytes({
    v: 1,
    config: {
      env: "prod",
      name,
      approvers: [
        { id: "alice", key: APPROVER.key },
        { id: "bob", key: SECOND_APPROVER.key },
      ],
    },
    rules: { rules: [ruleOf("rr_notes"), ruleOf("rr_two", { approve: 2 }), ruleOf("rr_confirm", "confirm")] },
    profile: null,
    tables: {},
    catalogue: null,
  });
}

/** A Hall that has begun and has a policy in force. */
export async function beginHall(store: Store): Promise<void> {
  await store.begin({ continues: null, operator_keys: [OPERATOR.key] });
  await applyPolicy(store);
}

export async function applyPolicy(store: Store, name = "first"): Promise<string> {
  const bytes = policyBytes(name);
  const { value } = await store.write((tx) => {
    tx.putDocument(bytes);
    return tx.append(orderDraft(tx.state, { kind: "apply", policy_digest: policyDigest(bytes) }));
  });
  return value.record_id;
}

type OrderSays = {
  readonly [K in Order["kind"]]: Omit<
    Extract<Order, { kind: K }>,
    "hall_id" | "previous" | "issued_at" | "reason"
  >;
}[Order["kind"]];

/** An order signed after the last one. */
export function orderDraft(
  state: { readonly hall_id: string | null; readonly last_order: string | null },
  says: OrderSays,
): Draft<"apply" | "standing" | "ban"> {
  const { hall_id, last_order: previous } = state;
  const payload = { hall_id, previous, issued_at: timestamp(START), reason: null, ...says };
  const kind = says.kind as "apply" | "standing" | "ban";
  return { kind, body: { ...common(), order: sealEnvelope("order", payload, [OPERATOR]) } };
}

export async function order(store: Store, says: OrderSays): Promise<string> {
  const { value } = await store.write((tx) => tx.append(orderDraft(tx.state, says)));
  return value.record_id;
}

export function common(
  of: Partial<Common> = {},
): Omit<Common, "policy_digest" | "standing_epoch"> & Partial<Common> {
  return {
    tenant_id: "local",
    session_id: "session-1",
    surface: "mcp",
    correlation_id: "c-1",
    actor: "mcp:claude",
    engine: ENGINE,
    skill_id: null,
    version: null,
    artifact_digest: null,
    ...of,
  };
}

export const ARTIFACT = sha256Hex("an artifact");

export type CallOf = {
  readonly denied?: string;
  readonly dry_run?: boolean;
  /** The hold of which it consumes the grant. */
  readonly grant?: HoldRequest;
  readonly arguments?: string | null;
  readonly now?: string;
  readonly padding?: string;
};

/** A decision about add_note. */
export function decisionDraft(call: CallOf = {}): Draft<"decision"> {
  const decision_id = randomUUID();
  const { denied, dry_run = false, grant } = call;
  const now = call.now ?? timestamp(START);
  const cell = { env: "prod", data_label: "INTERNAL", tenant_risk: "low", qos_class: "P2" } as const;
  const decision: RouteDecision = {
    decision_id,
    timestamp: now,
    correlation_id: "c-1",
    tenant_id: "local",
    capability_id: "cap.doc.write",
    matched_rule_id: grant?.rule_id ?? "rr_notes",
    ...cell,
    denied: denied !== undefined,
    deny_reason_if_denied:
      denied === undefined
        ? null
        : ({ code: denied, message: "no" } as RouteDecision["deny_reason_if_denied"]),
    selected_worker_species_id: null,
    candidate_workers_ranked: [],
    required_controls_effective: [],
    recommended_profiles_effective: [],
    escalation_effective: {
      policy_gate: false,
      msavx_step_up: false,
      human_required_default: false,
      human_required_if: [],
      rationale: null,
    },
    preconditions_checked: {
      must_have_correlation_id: true,
      must_attach_policy_version: true,
      must_record_artifact_hash_if_executes: true,
      deny_if_missing_required_controls: true,
      deny_if_unsigned_artifact_in_prod: false,
      deny_if_no_attestation_in_prod: false,
    },
    artifact_hash: null,
    worker_attestation_checked: false,
    worker_attestation_valid: null,
    dry_run,
    telemetry_envelopes: [],
  };
  const body: Draft<"decision">["body"] = {
    ...common({ skill_id: "org.acme/notes", version: "1.2.0", artifact_digest: ARTIFACT }),
    tool: "add_note",
    definition_digest: call.grant?.definition_digest ?? null,
    now,
    ids: { decision_id, approval_id: null },
    route_input: {
      capability_id: "cap.doc.write",
      ...cell,
      tenant_id: "local",
      correlation_id: "c-1",
      request: {
        arguments: call.arguments ?? grant?.arguments ?? null,
        egress: false,
        external_call: false,
        mutates_state: true,
        writes: true,
      },
      dry_run,
    },
    facts: { padding: call.padding ?? "", ...(grant === undefined ? {} : factsOf(grant)) },
    decision,
    dry_run,
    grant_id: grant?.approval_id ?? null,
    labels: null,
    conditions: null,
  };
  return { kind: "decision", body };
}

/** What a decision is told of a hold that was granted. */
function factsOf({ approval_id, holds }: HoldRequest): JsonObject {
  return { skill: { approval: { state: "granted", approval_id, holds } } };
}

export function receiptDraft(
  parent_id: string,
  { fault, result = null }: { readonly fault?: FaultCode; readonly result?: string | null } = {},
): Draft<"receipt"> {
  return {
    kind: "receipt",
    parent_id,
    body: {
      ...common(),
      outcome: fault === undefined ? "done" : "failed",
      fault: fault === undefined ? null : { code: fault, detail: null },
      result,
      started_at: timestamp(START),
      ended_at: timestamp(START),
      containment: null,
      executed_by: "hall",
    },
  };
}

/** A call that was allowed and has its receipt: two records, with the salts of what they commit to. */
export async function call(store: Store): Promise<{ decision: string; receipt: string }> {
  const decided = await store.write((tx) =>
    tx.append(decisionDraft({ arguments: keptSalt(tx, "arguments") })),
  );
  const decision = decided.value.record_id;
  const ended = await store.write((tx) =>
    tx.append(receiptDraft(decision, { result: keptSalt(tx, "result") })),
  );
  return { decision, receipt: ended.value.record_id };
}

/** A commitment of which the salt is kept. */
function keptSalt(tx: Tx, name: "arguments" | "result"): string {
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const committed = commitment(name, encode("{}"), salt);
  tx.keepSalt(committed, salt);
  return committed;
}

export type HoldOf = Partial<Pick<HoldRequest, "needed" | "mode" | "agent" | "grant_seconds">> & {
  readonly minutes?: number;
  readonly arguments?: string;
};

/** Opens a hold for add_note; returns its request. */
export async function openHold(store: Store, of: HoldOf = {}): Promise<HoldRequest> {
  const bytes = encode(of.arguments ?? '{"text":"buy tea"}');
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const { value } = await store.write((tx) => {
    const opened_at = tx.state.now;
    const request: HoldRequest = {
      ...holder(tx.state.policy_digest ?? ""),
      agent: of.agent ?? "mcp:claude",
      approval_id: randomUUID(),
      mode: of.mode ?? "approve",
      needed: of.needed ?? 1,
      supervisor_level: null,
      holds: [
        { code: "DENY_REQUIRES_HUMAN_APPROVAL", reason: "human_required_default" },
      ] as HoldRequest["holds"],
      hall_id: tx.state.hall_id,
      rule_id: ruleFor(of),
      skill_id: "org.acme/notes",
      version: "1.2.0",
      title: "Notes",
      arguments: commitment("arguments", bytes, salt),
      opened_at,
      expires_at: timestamp(Date.parse(opened_at) + (of.minutes ?? 15) * 60_000),
      grant_seconds: of.grant_seconds ?? 600,
    };
    const { skill_id, version, artifact_digest, agent: actor } = request;
    const body = { ...common({ skill_id, version, artifact_digest, actor }), request };
    tx.openHold({ draft: { kind: "hold", body }, salt, bytes });
    return request;
  });
  return value;
}

export function holder(policy_digest: string): HoldKey {
  return {
    tenant_id: "local",
    agent: "mcp:claude",
    env: "prod",
    data_label: "INTERNAL",
    tenant_risk: "low",
    qos_class: "P2",
    capability_id: "cap.doc.write",
    skill_id: "org.acme/notes",
    tool: "add_note",
    artifact_digest: ARTIFACT,
    definition_digest: null,
    policy_digest,
    engine: ENGINE,
  };
}

const VOTERS = { alice: APPROVER, bob: SECOND_APPROVER };

export async function vote(
  store: Store,
  request: HoldRequest,
  approver_id: keyof typeof VOTERS = "alice",
  verdict: "approve" | "deny" = "approve",
): Promise<void> {
  const payload = { request, verdict, approver_id, via: null, reason: null, voted_at: timestamp(START) };
  const envelope = sealEnvelope("vote", payload, [VOTERS[approver_id]]);
  const parent_id = store.hold(request.approval_id)?.record_id ?? null;
  await store.write((tx) =>
    tx.append({
      kind: "approval",
      parent_id,
      body: {
        ...common({ actor: approver_id }),
        approval_id: request.approval_id,
        vote: envelope,
        confirmed_via: null,
        declined_via: null,
        level: null,
      },
    }),
  );
}

export const DEFINITION = foreignDefinition({ name: "search", description: "Finds things" });

/** A pin of a foreign tool, its definition among the documents. */
export function pinDraft(tx: Tx, definition: ForeignDefinition = DEFINITION): Draft<"pin"> {
  return {
    kind: "pin",
    body: {
      ...common({ skill_id: "local/search" }),
      tool: definition.name,
      capability_id: "cap.doc.search",
      definition_digest: definitionDigest(definition),
      document: tx.putDocument(canonicalBytes(definition)),
    },
  };
}

/** Installs a version of org.acme/notes; returns its record_id. */
export async function install(store: Store, version = "1.2.0"): Promise<string> {
  const manifest = canonicalBytes({
    name: "notes",
    version,
    worker: { id: "org.acme.notes", species: "wrk.doc.searcher" },
  });
  const certificate = sealEnvelope("certificate", { publisher_key: PUBLISHER.key, version }, [PUBLISHER]);
  const { value } = await store.write((tx) => {
    const manifest_hash = tx.putDocument(manifest);
    const body = {
      ...common({ skill_id: "org.acme/notes", version, artifact_digest: ARTIFACT }),
      certificate,
      manifest_hash,
      awp: null,
      dev: false,
    };
    return tx.append({ kind: "install", body });
  });
  return value.record_id;
}
