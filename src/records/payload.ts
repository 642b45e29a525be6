import type { Envelope } from "../evidence/dsse.js";
import { isObject, isText, RecordError } from "../evidence/members.js";
import { type Order, parseOrder } from "../evidence/order.js";
import { readCanonical } from "../evidence/record.js";
import { fromBase64, type Json } from "../protocol/canonical.js";

/** The order in an envelope, which must be of this kind. Throws RecordError. */
export function expectOrder<K extends Order["kind"]>(
  envelope: Envelope,
  kind: K,
): Extract<Order, { kind: K }> {
  const order = parseOrder(payloadOf(envelope));
  if (order.kind !== kind) throw new RecordError(`${kind}: the order inside is of kind ${order.kind}`);
  return order as Extract<Order, { kind: K }>;
}

/** The payload as it lies. Signatures are checked when a record is written, when one is used, and by verify. */
export function payloadOf(envelope: Envelope): Json {
  const bytes = fromBase64(envelope.payload);
  if (bytes === undefined) throw new RecordError("envelope: payload isn't base64");
  return readCanonical("envelope payload", bytes) as Json;
}

/** The key that a certificate names as its signer. */
export function signerOf(certificate: Envelope): string {
  const payload = payloadOf(certificate);
  const key = isObject(payload) ? payload["publisher_key"] : undefined;
  if (!isText(key)) throw new RecordError("certificate: publisher_key is missing");
  return key;
}
