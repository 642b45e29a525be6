import { catalogBlast, catalogEntity } from "../protocol/catalog.js";
import { RISK_TIERS, type RiskTier } from "../protocol/request.js";
import { POLICY_TABLES } from "../protocol/tables.js";
import { type BlastRadius, isOwnData, type PrivilegeEnvelope } from "../protocol/worker.js";

/** What a skill says of its own danger, as far as it is read. */
export type Declared = {
  readonly risk_tier: RiskTier;
  readonly blast_radius: BlastRadius;
  readonly privilege_envelope: PrivilegeEnvelope;
  readonly capabilities: readonly string[];
  readonly worker: { readonly species: string };
};

/** What it is taken for. `reasons` say what raised the tier, in words for its author. */
export type Raised = {
  readonly risk_tier: RiskTier;
  readonly blast_radius: BlastRadius;
  readonly reasons: readonly string[];
};

/** The lowest policy tier that a risk tier allows (policy.md, Policy tiers). */
export function lowestPolicyTier(risk: RiskTier): number {
  return POLICY_TABLES.risk.lowest_tier[risk];
}

/**
 * Risk tier and blast radius as envelope and catalogue imply them, where they imply more than the manifest says
 * (policy.md, Risk). Nothing is ever lowered, so raising twice changes nothing.
 */
export function raiseRisk(declared: Declared): Raised {
  const { privilege_envelope: envelope } = declared;
  const ids = [...declared.capabilities, declared.worker.species];
  const blast = ids
    .flatMap((id) => catalogBlast(id) ?? [])
    .reduce(greater, greater(declared.blast_radius, implied(envelope)));
  const floors: readonly (readonly [RiskTier, string | false])[] = [
    ["medium", envelope.network_egress === "broad" && "network_egress is broad"],
    [
      "medium",
      envelope.filesystem_writes.some((path) => !isOwnData(path)) && "it writes outside its data directory",
    ],
    ["medium", envelope.secrets_access.length > 0 && "it gets secrets"],
    ["high", blast.data === 5 && "blast_radius.data is 5: it writes to shared or external systems"],
    ["high", blast.financial >= 3 && `blast_radius.financial is ${blast.financial}`],
    ["high", blast.reversibility >= 4 && `blast_radius.reversibility is ${blast.reversibility}`],
    ["critical", blast.financial === 5 && "blast_radius.financial is 5"],
    [
      "critical",
      blast.data === 5 && blast.reversibility === 5 && "blast_radius.data and reversibility are 5",
    ],
    ...ids.map((id) => {
      const tier = catalogEntity(id)?.risk_tier;
      return [tier ?? "low", tier !== undefined && `the catalogue gives ${id} the tier ${tier}`] as const;
    }),
  ];
  const rank = (tier: RiskTier) => RISK_TIERS.indexOf(tier);
  const raising = floors.filter(
    (floor): floor is [RiskTier, string] => floor[1] !== false && rank(floor[0]) > rank(declared.risk_tier),
  );
  const risk_tier = raising.reduce(
    (most, [tier]) => (rank(tier) > rank(most) ? tier : most),
    declared.risk_tier,
  );
  return { risk_tier, blast_radius: blast, reasons: raising.map(([, reason]) => reason) };
}

/** What the envelope alone says of the blast radius (S004: allowlisted egress 1, broad egress 3, local writes 3). */
function implied(envelope: PrivilegeEnvelope): BlastRadius {
  return {
    data: envelope.filesystem_writes.some((path) => !isOwnData(path)) ? 3 : 0,
    network: { none: 0, allowlisted: 1, broad: 3 }[envelope.network_egress],
    financial: 0,
    time: 0,
    reversibility: 0,
  };
}

function greater(a: BlastRadius, b: BlastRadius): BlastRadius {
  return {
    data: Math.max(a.data, b.data),
    network: Math.max(a.network, b.network),
    financial: Math.max(a.financial, b.financial),
    time: Math.max(a.time, b.time),
    reversibility: Math.max(a.reversibility, b.reversibility),
  };
}
