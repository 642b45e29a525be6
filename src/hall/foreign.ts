import { definitionChanges, isTextOnly } from "../compile/definitionChange.js";
import { loadForeignValidator } from "../compile/foreignValidator.js";
import { canonicalBytes } from "../protocol/canonical.js";
import type { SkillFacts } from "../protocol/facts.js";
import {
  definitionDigest,
  foreignSkillId,
  HOST_ORIGIN,
  HOST_SPECIES,
  type PinnedTool,
} from "../protocol/foreign.js";
import { DATA_LABELS, ENVS } from "../protocol/request.js";
import type { PrivilegeEnvelope } from "../protocol/worker.js";
import type { Store } from "../records/store.js";
import type { Tx } from "../records/transaction.js";
import { readPolicy } from "./answers.js";
import type { Acting } from "./bodies.js";
import type { Policy } from "./policy.js";
import type { ForeignCall, Situation, Sources } from "./situation.js";
import type { GovernedTool } from "./tool.js";
import type { Verdict } from "./verdict.js";

/** Where first uses are on record. */
export type Pins = Pick<Store, "pinOf">;

/** Nobody restricts what the host's code touches, so it is taken to touch everything. */
const UNRESTRICTED: PrivilegeEnvelope = {
  secrets_access: [],
  network_egress: "broad",
  filesystem_writes: ["/"],
  tools: [],
};
/** Code that no runner holds: nothing of it is contained. */
export const NOT_CONTAINED = {
  network: "none",
  files: "none",
  processes: "none",
  memory: "none",
  signals: "none",
} as const;

/** The outside as a foreign tool meets it: no bytes, certificate or containment, but a definition that was accepted. */
export function foreignSources(sources: Sources, store: () => Pins, foreign: ForeignCall): Sources {
  const { definition } = foreign;
  return {
    ...sources,
    async tool() {
      const policy = readPolicy(await sources.policy());
      return policy === null ? undefined : foreignTool(policy, foreign);
    },
    held: () => null,
    definition: (tool, policy) =>
      sources.tools().some(({ skill_id }) => skill_id === tool.skill_id)
        ? "unaccepted" // it would go by an installed skill's name
        : definitionStatus(policy, store(), tool, foreign),
    certificate: () => "missing",
    attestation: () => ({ ok: false, code: "ATTEST_MANIFEST_MISSING" }),
    schema: async (_tool, value) => (await loadForeignValidator(definition.input_schema))(value),
    containment: () => NOT_CONTAINED,
  };
}

/** A foreign tool as the rules see it: what an operator accepted of it wins over what the host says. */
export function foreignTool(policy: Policy, { definition, capability, origin }: ForeignCall): GovernedTool {
  const { namespace } = policy.config;
  const entry = entryOf(policy, origin, definition.name);
  const capability_id = entry?.capability ?? capability;
  return {
    name: definition.name,
    title: definition.title ?? definition.name,
    capability_id,
    skill_id: foreignSkillId(namespace, origin),
    version: null,
    namespace,
    allowed_environments: ENVS,
    worker: {
      worker_id: `${namespace}.${origin}`,
      worker_species_id: entry?.species ?? HOST_SPECIES,
      worker_version: "0.0.0",
      capabilities: [capability_id],
      risk_tier: entry?.risk_tier ?? "medium",
      required_controls: [],
      currently_implements: [],
      allowed_environments: ENVS,
      data_labels: DATA_LABELS.filter((label) => label !== "RESTRICTED"), // what nobody declared isn't RESTRICTED's
      blast_radius: { data: 0, network: 0, financial: 0, time: 0, reversibility: 0 },
      privilege_envelope: UNRESTRICTED,
    },
    artifact_digest: null,
    definition_digest: definitionDigest(definition),
  };
}

/**
 * Whether a definition is the accepted one: that of the policy in force, where it has one. Where it has none, in env
 * dev the first one that was used, unless it claims to be a server's: those are accepted one by one.
 */
function definitionStatus(
  policy: Policy,
  pins: Pins,
  tool: GovernedTool,
  { definition, origin, acceptedBy, isReadable }: ForeignCall,
): Exclude<SkillFacts["definition"], "unknown"> {
  if (!isReadable) return "changed";
  const entry = entryOf(policy, origin, definition.name);
  if (entry !== undefined) return isAccepted(entry, definition) ? "accepted" : "changed";
  if (acceptedBy === "operator" || !isPinnedOnFirstUse(policy, origin)) return "unaccepted";
  const pin = pins.pinOf(tool.skill_id, tool.name);
  if (pin === undefined) return "accepted";
  const isSame = pin.definition_digest === tool.definition_digest && pin.capability_id === tool.capability_id;
  return isSame ? "accepted" : "changed";
}

/** A refused definition that is larger isn't kept: nobody would read it, and whoever sends it can send another. */
const MAX_REFUSED_BYTES = 65_536;

/**
 * What a call of a foreign tool leaves in its own transaction beside the decision: the pin of a definition's first use
 * where no acceptance speaks for it, or the definition that was refused, for the operator to look at. False when
 * another definition was pinned faster.
 */
export function recordForeign(
  tx: Tx,
  { definition, origin, isReadable }: ForeignCall,
  decided: {
    readonly situation: Pick<Situation, "policy" | "tool">;
    readonly verdict: Pick<Verdict, "answer" | "decision">;
    readonly acting: Acting;
  },
): boolean {
  const { policy, tool } = decided.situation;
  const { answer, decision } = decided.verdict;
  if (policy === null || tool === null || tool.definition_digest === null) return true;
  if (answer === "deny") {
    const isRefused = decision.deny_reason_if_denied?.code === "DENY_DEFINITION_CHANGED";
    const bytes = isRefused && isReadable ? canonicalBytes(definition) : null;
    if (bytes !== null && bytes.byteLength <= MAX_REFUSED_BYTES) tx.putDocument(bytes);
    return true;
  }
  const { definition_digest, capability_id, name, skill_id } = tool;
  if (entryOf(policy, origin, definition.name) !== undefined) return true;
  const pin = tx.pinOf(skill_id, name);
  if (pin !== undefined)
    return pin.definition_digest === definition_digest && pin.capability_id === capability_id;
  const document = tx.putDocument(canonicalBytes(definition));
  tx.append({
    kind: "pin",
    body: { ...decided.acting, tool: name, capability_id, definition_digest, document },
  });
  return true;
}

function isPinnedOnFirstUse({ config }: Policy, origin: string): boolean {
  return config.env === "dev" && (origin === HOST_ORIGIN || !Object.hasOwn(config.servers, origin));
}

function entryOf({ config }: Policy, origin: string, name: string): PinnedTool | undefined {
  return config.tools.find((tool) => tool.origin === origin && tool.definition.name === name);
}

/** Whether a definition is what was accepted, or differs in what may. */
export function isAccepted(entry: PinnedTool, definition: ForeignCall["definition"]): boolean {
  if (definitionDigest(entry.definition) === definitionDigest(definition)) return true;
  return entry.accept === "text" && isTextOnly(definitionChanges(entry.definition, definition));
}
