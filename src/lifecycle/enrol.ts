import type { HallParts } from "../hall/parts.js";
import { RecordsError } from "../records/error.js";
import { type Admitted, admit, type Candidate } from "./admit.js";
import { acting } from "./recordWork.js";
import { inForce, type Workshop } from "./workshop.js";

/** An installation on record. */
export type Enrolled = Admitted & { readonly record_id: string };

const TRIES = 5;

/**
 * Installs a candidate: checks it whole, puts its bytes under their digest and its skill.json among the documents, and
 * records the installation with its certificate. When policy or standing moves in between, everything is checked
 * again. Home, throw-away Hall and `hall dev` all come through here. Throws LifecycleError.
 */
export async function enrol(
  ws: Pick<Workshop, "user">,
  parts: HallParts,
  candidate: Candidate,
  options: { readonly dev: boolean },
): Promise<Enrolled> {
  for (let attempt = 1; ; attempt++) {
    const admitted = admit(parts, candidate);
    try {
      return { ...admitted, record_id: await install(ws, parts, admitted, options.dev) };
    } catch (error) {
      const hasMoved = error instanceof RecordsError && error.code === "MOVED";
      if (!hasMoved || attempt === TRIES) throw error;
    }
  }
}

async function install(
  ws: Pick<Workshop, "user">,
  parts: HallParts,
  admitted: Admitted,
  dev: boolean,
): Promise<string> {
  const { artifact_digest, bytes, skill_json, manifest_hash, certificate, awp, under } = admitted;
  parts.artifacts.put(artifact_digest, bytes);
  const body = { ...acting(ws, parts, admitted), ...under, certificate, manifest_hash, awp, dev };
  const { value } = await inForce(parts).store.write((tx) => {
    tx.putDocument(skill_json);
    return tx.append({ kind: "install", body });
  });
  return value.record_id;
}

/** Whether an installed artifact's bytes are there, whole. */
export function holdsBytes({ artifacts }: Pick<HallParts, "artifacts">, digest: string): boolean {
  try {
    return artifacts.hold(digest).artifact_digest === digest;
  } catch {
    return false;
  }
}
