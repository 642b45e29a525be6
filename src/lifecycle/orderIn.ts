import { isObject } from "../evidence/members.js";
import { fromBase64 } from "../protocol/canonical.js";
import type { RecordRow } from "../records/query.js";

/** What an operator's order on record says, as far as a person wants to see it. */
export type OrderSaid = {
  /** As people type it: `ID`, `ID@V`, `sha256:HEX`. */
  readonly subject: string | null;
  /** What became of the subject: `revoked`, `active`, `banned`, `no longer banned`. */
  readonly state: string | null;
  readonly reason: string | null;
};

/**
 * The order that a record carries; null for any other record, and for one that was erased. For showing alone: that the
 * order is signed and whole is verify's to say.
 */
export function orderIn({ body }: Pick<RecordRow, "body">): OrderSaid | null {
  const envelope = isObject(body) ? body["order"] : undefined;
  const payload = isObject(envelope) ? envelope["payload"] : undefined;
  const bytes = typeof payload === "string" ? fromBase64(payload) : undefined;
  if (bytes === undefined) return null;
  try {
    return said(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch {
    return null;
  }
}

function said(order: unknown): OrderSaid | null {
  if (!isObject(order)) return null;
  const { subject, state, adapter, add, reason } = order;
  const stands = typeof state === "string" ? state : add === true ? "banned" : "no longer banned";
  return {
    subject: typeof subject === "string" ? typedSubject(subject) : null,
    state:
      typeof subject !== "string" ? null : typeof adapter === "string" ? `${stands} on ${adapter}` : stands,
    reason: typeof reason === "string" ? reason : null,
  };
}

/** A subject of an order as a person types it. */
export function typedSubject(subject: string): string {
  return subject.replace(/^hash:/, "sha256:").replace(/^skill:/, "");
}
