import { canonicalBytes, sha256Hex } from "./canonical.js";
import document from "./catalog.json" with { type: "json" };
import { canonicalControl } from "./ids.js";
import type { RiskTier } from "./request.js";
import { type BlastRadius, REVERSIBILITY } from "./worker.js";

/** What the public WCP taxonomy says of one id (wcp.md 11.4). Members that its type doesn't have are absent. */
export type CatalogEntity = {
  readonly id: string;
  readonly type: "capability" | "worker_species" | "control" | "profile" | "policy";
  readonly name: string;
  readonly tags: readonly string[];
  readonly risk_tier?: RiskTier;
  readonly blast_radius_hint?: Omit<BlastRadius, "reversibility"> & { readonly reversibility: string };
  readonly idempotency?: "full" | "partial" | "none";
  readonly determinism?: string;
  readonly typical_controls?: readonly string[];
  readonly required_controls?: readonly string[];
  readonly controls_required?: readonly string[];
  readonly serves_capabilities?: readonly string[];
  readonly enforcement_point?: "hall" | "platform" | "worker";
  readonly required_for_risk_tiers?: readonly RiskTier[];
  readonly recommended_for_risk_tiers?: readonly RiskTier[];
};

const entities = document.entities as readonly CatalogEntity[];
let byId: ReadonlyMap<string, CatalogEntity> | undefined;

/** What the catalogue knows of an id, or undefined. Control ids are found in either spelling (wcp.md 1.3). */
export function catalogEntity(id: string): CatalogEntity | undefined {
  byId ??= new Map(entities.map((entity) => [entity.id, entity]));
  return byId.get(id.startsWith("ctrl.") ? canonicalControl(id) : id);
}

/** The blast radius that the catalogue hints at for an id, in numbers (policy.md, Risk), or undefined. */
export function catalogBlast(id: string): BlastRadius | undefined {
  const hint = catalogEntity(id)?.blast_radius_hint;
  return hint && { ...hint, reversibility: REVERSIBILITY.get(hint.reversibility) ?? 5 };
}

/** The catalogue's document: JCS bytes, as policy documents name it by digest (formats.md). */
export function catalogueDocument(): Uint8Array {
  return canonicalBytes(document);
}

let digest: string | undefined;

/** SHA-256 of {@link catalogueDocument}, 64 hex. */
export function catalogueDigest(): string {
  digest ??= sha256Hex(catalogueDocument());
  return digest;
}
