import { canonicalBytes, fromBase64, type Json, parseCanonical, toBase64 } from "../protocol/canonical.js";
import { type Signer, verifySignature } from "./ed25519.js";
import { type Check, exactly, isText, listOf } from "./members.js";

/** What a signature is for. It is part of what is signed, so none can stand in for another (formats.md, Signed documents). */
export type What = "commit" | "chain" | "order" | "vote" | "certificate";

/** A DSSE v1 envelope. `payload` is base64 of JCS bytes, each `sig` base64 of 64 bytes. */
export type Envelope = {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
};

/** An envelope that held: its payload, the exact bytes that were signed, and which trusted keys signed them. */
export type Opened = { readonly payload: Json; readonly bytes: Uint8Array; readonly keys: readonly string[] };

/** Something that signs elsewhere, as `Principal` does. It is given the PAE. */
export type RemoteSigner = {
  readonly key: string;
  sign(bytes: Uint8Array): Promise<Uint8Array> | Uint8Array;
};

/** An envelope's shape: exactly its members, nothing about its signatures' worth. */
export const isEnvelope: Check<Envelope> = exactly<Envelope>({
  payload: isText,
  payloadType: isText,
  signatures: listOf(exactly<Envelope["signatures"][number]>({ keyid: isText, sig: isText })),
});

/** The bytes that are signed: DSSE's pre-authentication encoding of type and payload. */
export function pae(what: What, payload: Uint8Array): Uint8Array {
  const type = typeOf(what);
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `, "ascii"), payload]);
}

/** Signs a payload with keys at hand. */
export function sealEnvelope(what: What, payload: unknown, signers: readonly Signer[]): Envelope {
  const bytes = canonicalBytes(payload);
  const message = pae(what, bytes);
  return envelopeOf(
    what,
    bytes,
    signers.map((signer) => signatureOf(signer.key, signer.sign(message))),
  );
}

/** Signs a payload with keys that may be elsewhere; refuses a signature that isn't the key's. */
export async function sealEnvelopeWith(
  what: What,
  payload: unknown,
  signers: readonly RemoteSigner[],
): Promise<Envelope> {
  const bytes = canonicalBytes(payload);
  const message = pae(what, bytes);
  const signatures = await Promise.all(
    signers.map(async (signer) => {
      const signature = await signer.sign(message);
      if (!verifySignature(signer.key, message, signature))
        throw new TypeError(`the signature isn't that of ${signer.key}`);
      return signatureOf(signer.key, signature);
    }),
  );
  return envelopeOf(what, bytes, signatures);
}

/**
 * Opens an envelope with the type and keys that the caller brings. It must carry `min` to `max` signatures, and at
 * least `min` different trusted keys must have signed. Undefined when anything is off: shape, type, base64,
 * signatures, or a payload that isn't canonical JSON. Never throws.
 */
export function openEnvelope(
  what: What,
  envelope: unknown,
  trusted: readonly string[],
  bounds: { readonly min: number; readonly max: number } = { min: 1, max: 1 },
): Opened | undefined {
  if (!isEnvelope(envelope) || envelope.payloadType !== typeOf(what)) return undefined;
  const { signatures } = envelope;
  if (signatures.length < bounds.min || signatures.length > bounds.max) return undefined;
  const bytes = fromBase64(envelope.payload);
  if (bytes === undefined) return undefined;
  const message = pae(what, bytes);
  const keys = new Set<string>();
  for (const { keyid, sig } of signatures) {
    const signature = fromBase64(sig);
    if (signature === undefined) return undefined;
    const key = candidates(keyid, trusted).find((candidate) =>
      verifySignature(candidate, message, signature),
    );
    if (key !== undefined) keys.add(key);
  }
  if (keys.size < Math.max(1, bounds.min)) return undefined;
  try {
    return { payload: parseCanonical(bytes), bytes, keys: [...keys] };
  } catch {
    return undefined;
  }
}

/** `keyid` is a hint that nobody signed: it narrows which trusted key to try, and an empty one narrows nothing. */
function candidates(keyid: string, trusted: readonly string[]): readonly string[] {
  return keyid === "" ? trusted : trusted.filter((key) => key === keyid);
}

function typeOf(what: What): string {
  return `application/vnd.wcp-hall.${what}.v1+json`;
}

function signatureOf(keyid: string, signature: Uint8Array): Envelope["signatures"][number] {
  return { keyid, sig: toBase64(signature) };
}

function envelopeOf(what: What, bytes: Uint8Array, signatures: Envelope["signatures"]): Envelope {
  return { payload: toBase64(bytes), payloadType: typeOf(what), signatures };
}
