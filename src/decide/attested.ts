import type { Case, Refusal } from "./case.js";
import { refuse } from "./refuse.js";

const SHA256 = /^[0-9a-f]{64}$/;

/** The selected worker's code is the code that was registered (wcp.md 3.9). No hash is ever part of the answer. */
export function checkCodeHash(c: Case): Refusal | undefined {
  if (!c.config.require_worker_attestation) return undefined;
  const { registeredHash, currentHash } = c.facts;
  if (typeof registeredHash !== "function" || typeof currentHash !== "function") {
    return refuse("DENY_ATTESTATION_UNCONFIGURED");
  }
  const registered = answerOf(registeredHash, c.selected);
  if (registered === null) return refuse("DENY_WORKER_ATTESTATION_MISSING");
  if (!isHash(registered)) return refuse("DENY_WORKER_ATTESTATION_INVALID_HASH");
  const current = answerOf(currentHash, c.selected);
  if (!isHash(current)) return refuse("DENY_WORKER_HASH_UNAVAILABLE");
  c.attestation = registered === current ? "valid" : "tampered";
  return c.attestation === "valid"
    ? undefined
    : refuse("DENY_WORKER_TAMPERED", { worker_species_id: c.selected });
}

/** A look-up's answer; null where it has none or throws. */
function answerOf(look: (species: string) => unknown, species: string | null): unknown {
  try {
    return look(species ?? "") ?? null;
  } catch {
    return null;
  }
}

function isHash(value: unknown): value is string {
  return typeof value === "string" && SHA256.test(value);
}
