import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { signerFromSeed } from "../evidence/ed25519.js";
import { callerOf } from "../hall/caller.js";
import { type MemoryKeys, openMemoryHall, principalOf } from "../hall/open.js";
import type { HallParts } from "../hall/parts.js";
import { makePolicyDocument } from "../hall/policy.js";
import type { Caller, Gate, Principal } from "../hall/types.js";
import { canonicalJson, type Json } from "../protocol/canonical.js";
import type { HomeConfig } from "../protocol/config.js";
import type { Outcome } from "../protocol/outcome.js";
import type { SkillManifest, ToolExample } from "../protocol/skill.js";
import { POLICY_TABLES } from "../protocol/tables.js";
import { humanReason } from "./allowRules.js";
import type { Built } from "./buildSkillAt.js";
import { vouchFor } from "./certificate.js";
import { enrol } from "./enrol.js";
import { faultDetail } from "./faultDetail.js";
import { inForce, overheard, type Workshop } from "./workshop.js";

/**
 * How one example went: `code` says why when it gave no output, and `detail` what the handler itself said of that;
 * else expected and got stand side by side.
 */
export type ExampleResult = {
  readonly tool: string;
  readonly name: string;
  readonly ok: boolean;
  readonly code: string | null;
  readonly detail?: string;
  readonly expected?: Json;
  readonly got?: Json;
};

/**
 * Runs every example through the gate of a Hall in memory whose one trusted key is made for this run (formats.md,
 * `skill test`): the first allowed environment, no profile, one rule a capability, the skill's controls declared, holds
 * answered by a scripted approver. The skill comes in by the way that every installation takes.
 */
export async function runExamples(
  ws: Pick<Workshop, "user" | "clock" | "progress" | "said">,
  built: Built,
): Promise<readonly ExampleResult[]> {
  const { manifest } = built;
  const env = manifest.allowed_environments[0] ?? "dev";
  const approver = principalOf("examples", signerFromSeed(randomBytes(32)));
  const parts = await openMemoryHall({
    clock: ws.clock,
    policy: (keys) => throwAwayPolicy(manifest, env, keys, approver),
    ...overheard(ws),
  });
  try {
    const { attestSecret } = parts.own();
    const certified = vouchFor(built, [], { signer: parts.keys.publisher, attestSecret, clock: ws.clock });
    await enrol(ws, parts, certified, { dev: false });
    const session = {
      agent: "cli:examples",
      adapter: "cli",
      surface: "cli",
      session_id: parts.session_id,
    } as const;
    const caller = callerOf(inForce(parts).policy.config, session);
    const results: ExampleResult[] = [];
    for (const tool of manifest.tools) {
      for (const example of tool.examples) {
        ws.progress(`example ${tool.name}: ${example.name}`);
        results.push(await runExample({ parts, caller, manifest, approver }, tool.name, example));
      }
    }
    return results;
  } finally {
    await parts.hall.close();
  }
}

type Stage = {
  readonly parts: HallParts & { readonly keys: MemoryKeys };
  readonly caller: Caller;
  readonly manifest: SkillManifest;
  readonly approver: Principal;
};

async function runExample(stage: Stage, tool: string, example: ToolExample): Promise<ExampleResult> {
  const { parts, caller, manifest } = stage;
  layOut(parts.gateParts.dataDir(caller, manifest), example.data ?? {});
  const outcome = await invokeApproved(stage, parts.hall.gate(caller), tool, example.input);
  const about = { tool, name: example.name };
  if (outcome.kind !== "done") {
    const detail = faultDetail(parts, outcome);
    return { ...about, ok: false, code: codeOf(outcome), ...(detail === null ? {} : { detail }) };
  }
  const [expected, got] = [example.output, answerOf(outcome)];
  const ok = canonicalJson(expected) === canonicalJson(got);
  return ok ? { ...about, ok, code: null } : { ...about, ok, code: null, expected, got };
}

/** What the handler answered: of a tool that answers content, the blocks and what is beside them. */
function answerOf({ output, content }: Extract<Outcome<Json>, { kind: "done" }>): Json {
  if (content === null) return output;
  return { content: content as Json, ...(output === null ? {} : { structured: output }) };
}

/** Every example finds only its own files. */
function layOut(dir: string, data: Readonly<Record<string, string>>): void {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(data)) {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

async function invokeApproved(
  { parts, approver }: Stage,
  gate: Gate,
  tool: string,
  input: Json,
): Promise<Outcome<Json>> {
  const first = await gate.invoke(tool, input);
  if (first.kind !== "held") return first;
  await parts.hall.approver(approver).vote(first.approval_id, "approve", "an example");
  return gate.invoke(tool, input);
}

function codeOf(outcome: Exclude<Outcome<Json>, { kind: "done" }>): string {
  switch (outcome.kind) {
    case "denied":
      return outcome.denial.code;
    case "failed":
      return outcome.fault.code;
    case "held":
      return outcome.decision.deny_reason_if_denied?.code ?? "APPROVAL_REQUIRED";
    case "dry_run":
      return outcome.would;
  }
}

function throwAwayPolicy(
  manifest: SkillManifest,
  env: HomeConfig["env"],
  keys: MemoryKeys,
  { id, key }: Principal,
) {
  const { namespace, worker, data_labels, required_controls, policy_tier } = manifest;
  const controls = new Set([...POLICY_TABLES.tiers.slice(0, policy_tier + 1).flat(), ...required_controls]);
  const data_label = data_labels.includes("INTERNAL") ? "INTERNAL" : (data_labels[0] ?? "INTERNAL");
  const config: HomeConfig = {
    env,
    profile: null,
    tenant: "test",
    namespace,
    caller: { data_label, tenant_risk: "low", qos_class: "P2" },
    registry: "file:",
    publishers: [{ key: keys.publisher.key, namespaces: [namespace] }],
    approvers: [{ id, key }],
    channels: [],
    namespaces: { test: [namespace] },
    controls: [...controls],
    secrets: {},
    servers: {},
    tools: [],
    hall: {},
  };
  const capabilities = [...new Set(manifest.tools.map(({ capability }) => capability))];
  const rules = capabilities.map((capability_id, i) => ({
    rule_id: `rr_example_${i + 1}`,
    match: { capability_id },
    decision: {
      candidate_workers_ranked: [{ worker_species_id: worker.species, score_hint: 1 }],
      escalation: { human_required_default: humanReason(capability_id, manifest) !== undefined },
    },
  }));
  return makePolicyDocument(config, { rules });
}
