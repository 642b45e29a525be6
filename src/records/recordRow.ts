import type { Bodies, Body, Common } from "../evidence/body.js";
import type { Header } from "../evidence/record.js";
import type { Projections } from "./schema.js";

/** What each row of a projection carries: its record, and on whose behalf that was made. */
export type Names = {
  readonly hall_id: string;
  readonly seq: number;
  readonly record_id: string;
  readonly tenant_id: string | null;
  readonly session_id: string | null;
};
/** A record's row among the records: what queries ask for, null where its kind has no such thing or it was erased. */
export function recordRow(names: Names, header: Header, body: Body | null): Projections["records"] {
  const all = (body ?? {}) as Partial<
    Common & Bodies["decision"] & Bodies["receipt"] & Bodies["denial_burst"]
  >;
  const request = header.kind === "hold" ? (body as Bodies["hold"] | null)?.request : undefined;
  const approval = header.kind === "approval" ? (body as Bodies["approval"] | null)?.approval_id : undefined;
  // Written out, not spread: this is made for every record, and a spread into so many members is slow.
  return {
    hall_id: names.hall_id,
    seq: names.seq,
    record_id: names.record_id,
    tenant_id: names.tenant_id,
    session_id: names.session_id,
    at: header.at,
    kind: header.kind,
    parent_id: header.parent_id,
    surface: all.surface ?? null,
    correlation_id: all.correlation_id ?? null,
    agent: all.actor ?? null,
    skill_id: all.skill_id ?? null,
    version: all.version ?? null,
    tool: request?.tool ?? all.tool ?? null,
    code: all.decision?.deny_reason_if_denied?.code ?? all.fault?.code ?? all.code ?? null,
    denied: all.decision === undefined ? null : all.decision.denied ? 1 : 0,
    dry_run: all.dry_run === undefined ? null : all.dry_run ? 1 : 0,
    decision_id: all.ids?.decision_id ?? null,
    approval_id: request?.approval_id ?? approval ?? all.grant_id ?? all.ids?.approval_id ?? null,
  };
}
