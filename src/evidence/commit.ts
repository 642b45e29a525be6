import { canonicalBytes, fromBase64, toBase64 } from "../protocol/canonical.js";
import type { Head } from "../protocol/outcome.js";
import { pae } from "./dsse.js";
import { type Signer, verifySignature } from "./ed25519.js";

/** What a commit's signature covers: so many records, with that head. */
export type Commit = { readonly hall_id: string; readonly head: string; readonly size: number };

/** JCS bytes of a commit (formats.md, Commit). Not the PAE: signCommit and checkCommit add that. */
export function commitPayload({ hall_id, head, size }: Commit): Uint8Array {
  return canonicalBytes({ hall_id, head, size });
}

/** The ledger key's signature over a commit's payload, as base64. */
export function signCommit(payload: Uint8Array, signer: Signer): string {
  return toBase64(signer.sign(pae("commit", payload)));
}

/** Whether a base64 signature over a commit's payload is the key's. */
export function checkCommit(payload: Uint8Array, key: string, signature: string): boolean {
  const bytes = fromBase64(signature);
  return bytes !== undefined && verifySignature(key, pae("commit", payload), bytes);
}

/** A signed head, as it is kept in `heads`, written to the witness and given with every outcome. */
export function signHead(commit: Commit, signer: Signer): Head {
  const { hall_id, size, head } = commit;
  return { hall_id, size, head, key_id: signer.key, signature: signCommit(commitPayload(commit), signer) };
}

/** Whether a head is signed by this key, and says so. */
export function checkHead(head: Head, key: string): boolean {
  return head.key_id === key && checkCommit(commitPayload(head), key, head.signature);
}
