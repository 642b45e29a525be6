import type { Common, LifecycleBody } from "../evidence/body.js";
import type { HallParts } from "../hall/parts.js";
import { ENGINE } from "../protocol/version.js";
import type { Workshop } from "./workshop.js";

/** Which skill a record is about. */
export type About = Pick<Common, "skill_id" | "version" | "artifact_digest">;

/** The agent that the terminal acts as. */
export function terminalAgent(ws: Pick<Workshop, "user">): string {
  return `cli:${ws.user}`.toWellFormed();
}

/** How the body of a record that the terminal writes begins; the store adds under which policy and standing. */
export function acting(
  ws: Pick<Workshop, "user">,
  parts: Pick<HallParts, "policy" | "session_id">,
  { skill_id, version, artifact_digest }: About,
): Omit<Common, "policy_digest" | "standing_epoch"> {
  return {
    tenant_id: tenantOf(parts),
    session_id: parts.session_id,
    surface: "cli",
    correlation_id: null,
    actor: terminalAgent(ws),
    engine: ENGINE,
    skill_id,
    version,
    artifact_digest,
  };
}

/** The home's tenant; null before the first apply, and under a policy that this version can't read. */
function tenantOf({ policy }: Pick<HallParts, "policy">): string | null {
  try {
    return policy()?.config.tenant ?? null;
  } catch {
    return null;
  }
}

/**
 * Records a step of a skill's life in the home's ledger and gives the record's id; null outside a home and before
 * its first apply, when there is no ledger to write to.
 */
export async function recordWork(
  ws: Workshop,
  parts: HallParts | undefined,
  kind: "init" | "build" | "certify" | "publish",
  about: About & Partial<Pick<LifecycleBody, "manifest_hash" | "signer" | "certificate_digest">>,
): Promise<string | null> {
  const store = parts?.ledger.current() ?? null;
  if (parts === undefined || store === null || store.state().hall_id === null) return null;
  const { manifest_hash = null, signer = null, certificate_digest = null } = about;
  const body = {
    ...acting(ws, parts, about),
    manifest_hash,
    signer,
    certificate_digest,
    author: terminalAgent(ws),
  };
  const { value } = await store.write((tx) => tx.append({ kind, body }));
  return value.record_id;
}
