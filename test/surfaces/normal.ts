import { canonicalJson, type Json } from "../../src/protocol/canonical.js";
import type { RecordRow } from "../../src/records/query.js";

/** What two surfaces are compared by beside ids, times of day and the surface's own name. */
export type Alike = {
  /** The surface hands a correlation id on. */
  readonly correlates: boolean;
  /** The surface looks before it calls: previews, and calls that meet their own hold again, are left out. */
  readonly previews: boolean;
  /** Calls at the same time: their records have no order. */
  readonly isParallel?: boolean;
  /** The surface says itself who calls: it, and whoever the other side is. */
  readonly agents?: readonly string[];
  /** The framework answers for a handler that throws, so the fault's detail is that answer. */
  readonly answersFaults?: boolean;
  /** The surface runs where the clock can't be made to stand still. */
  readonly hasOwnClock?: boolean;
};

/**
 * What a scenario left behind as one text, equal byte for byte for equal decisions and records. Ids, salted commitments
 * and signatures are random: each becomes a name by its first place, so that what points where is still compared.
 * Members that name the surface, and places in the ledger, are blanked.
 */
export function normalText(rows: readonly RecordRow[], alike: Alike): string {
  const shown = alike.previews ? rows.filter((row) => !isPreview(row)) : rows;
  const records = shown.map((row) => recordOf(row, alike));
  const fixed = new Set(shown.flatMap((row) => fixedHashes(row.body)));
  const texts = records.map((record) => canonicalJson(record as unknown as Json));
  const timed = alike.hasOwnClock ? texts.map((text) => text.replace(TIME, "<time>")) : texts;
  if (!alike.isParallel) return named(timed.join("\n"), fixed);
  return timed
    .map((text) => named(text, fixed))
    .sort()
    .join("\n");
}

/** A time as every record writes it. */
export const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

function isPreview({ kind, body, dry_run }: RecordRow): boolean {
  if (kind !== "decision") return false;
  const { facts, decision } = body as unknown as {
    readonly facts: { readonly skill: { readonly approval: { readonly state: string } } | null };
    readonly decision: {
      readonly denied: boolean;
      readonly deny_reason_if_denied: { readonly code: string };
    };
  };
  if (dry_run === true) return true;
  return facts.skill?.approval.state === "pending" && decision.denied;
}

function recordOf({ record_id, parent_id, kind, at, code, body }: RecordRow, alike: Alike) {
  return { record_id, parent_id, kind, at, code, body: blanked(body, alike) };
}

const SURFACE = new Set(["surface", "session_id", "confirmed_via", "declined_via"]);
const PLACE = new Set(["standing_epoch"]);

function blanked(value: Json, alike: Alike): Json {
  if (Array.isArray(value)) return value.map((member) => blanked(member as Json, alike));
  if (typeof value !== "object" || value === null)
    return typeof value === "string" && alike.agents?.includes(value) ? "<agent>" : value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]): [string, Json] => {
      if (member === null) return [name, null];
      if (SURFACE.has(name)) return [name, "<surface>"];
      if (PLACE.has(name)) return [name, "<place>"];
      if (name === "correlation_id" && !alike.correlates) return [name, "<correlation>"];
      if (name === "detail" && alike.answersFaults) return [name, "<detail>"];
      if (name === "signatures") return [name, "<signatures>"];
      if (name === "payload" && typeof member === "string") return [name, blanked(opened(member), alike)];
      return [name, blanked(member as Json, alike)];
    }),
  );
}

/** What an envelope says; its signature is over fresh ids. An order names the adapter that it stops. */
function opened(payload: string): Json {
  const said = JSON.parse(Buffer.from(payload, "base64").toString("utf8")) as Json;
  const isOrder = typeof said === "object" && said !== null && "adapter" in said && said["adapter"] !== null;
  return isOrder ? { ...said, adapter: "<surface>" } : said;
}

/** Digests that are the same on every stage: of code, definitions and policies. */
function fixedHashes(body: Json): readonly string[] {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return [];
  return ["artifact_digest", "definition_digest", "policy_digest", "document"].flatMap((name) => {
    const value = (body as Readonly<Record<string, Json>>)[name];
    return typeof value === "string" ? [value] : [];
  });
}

const RANDOM = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{64}/g;

function named(text: string, fixed: ReadonlySet<string>): string {
  const names = new Map<string, string>();
  return text.replace(RANDOM, (id) => {
    if (fixed.has(id)) return id;
    const name = names.get(id) ?? `<id ${names.size + 1}>`;
    names.set(id, name);
    return name;
  });
}
