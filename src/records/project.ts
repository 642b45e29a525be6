import type { Bodies, Body, Common } from "../evidence/body.js";
import { RecordError } from "../evidence/members.js";
import type { Header, RecordKind } from "../evidence/record.js";
import { holdKeyText, parseVote } from "../evidence/request.js";
import { GATEKEEPER, INCIDENT_COMMANDER } from "../protocol/supervisor.js";
import { expectOrder, payloadOf, signerOf } from "./payload.js";
import { type Names, recordRow } from "./recordRow.js";
import type { ProjectionName, Projections } from "./schema.js";

/** One change to a projection that a record makes. `expect` refuses the record when not exactly one row changes. */
export type RowChange =
  | { readonly [T in ProjectionName]: ChangeOf<T> }[ProjectionName]
  | HoldChange
  | InheritChange;
type ChangeOf<T extends ProjectionName> =
  | { readonly op: "insert"; readonly table: T; readonly row: Projections[T] }
  | {
      readonly op: "delete";
      readonly table: T;
      readonly where: Partial<Projections[T]>;
      readonly expect?: string;
    }
  | {
      readonly op: "update";
      readonly table: T;
      readonly set: Partial<Projections[T]>;
      readonly where: Partial<Projections[T]>;
      readonly expect?: string;
    };

/** Changes of holds that depend on what was voted before; `holds.ts` carries them out. */
export type HoldChange =
  | { readonly op: "vote"; readonly table: "holds"; readonly row: Projections["approvals"] }
  | {
      readonly op: "supersede";
      readonly table: "holds";
      readonly hall_id: string;
      readonly policy_digest: string;
      readonly by: string;
    };

/** A row among the records that is about what its parent is about; `inherit.ts` carries it out. */
export type InheritChange = {
  readonly op: "inherit";
  readonly table: "records";
  readonly hall_id: string;
  readonly seq: number;
  readonly parent_id: string;
};

type Fold<K extends RecordKind> = (names: Names, body: Bodies[K], header: Header) => readonly RowChange[];

/** Kinds that move the standing epoch: their seq is the epoch of every record after (formats.md, Bodies). */
export const EPOCH_KINDS: ReadonlySet<string> = new Set<RecordKind>([
  "genesis",
  "apply",
  "standing",
  "ban",
  "key",
  "clock",
  "erase",
  "install",
  "uninstall",
]);

/**
 * What a record changes, from the record alone: used when it is written, when a home is opened and by verify.
 * A body that is null was erased; a kind that this version doesn't know only gets its row among the records.
 * Throws RecordError when an order, certificate or vote inside isn't what it must be.
 */
export function project(header: Header, body: Body | null): readonly RowChange[] {
  const common = body === null || header.kind === "genesis" ? null : (body as Common);
  const { hall_id, seq, record_id } = header;
  const names: Names = {
    hall_id,
    seq,
    record_id,
    tenant_id: common?.tenant_id ?? null,
    session_id: common?.session_id ?? null,
  };
  const changes: RowChange[] = [{ op: "insert", table: "records", row: recordRow(names, header, body) }];
  const { parent_id } = header;
  if (parent_id !== null) changes.push({ op: "inherit", table: "records", hall_id, seq, parent_id });
  const fold = FOLDS[header.kind as RecordKind] as Fold<RecordKind> | undefined;
  return body === null || fold === undefined ? changes : [...changes, ...fold(names, body, header)];
}

const order: Fold<"standing" | "ban" | "key" | "clock" | "erase"> = (names, _, header) => [
  { op: "insert", table: "orders", row: { ...names, kind: header.kind as RecordKind, policy_digest: null } },
];

const closeCall: Fold<"receipt" | "abandoned"> = (names, _, header) => [
  {
    op: "delete",
    table: "calls",
    where: { hall_id: names.hall_id, record_id: header.parent_id ?? "" },
    expect: "parent_id isn't an allowed decision that still waits for its receipt",
  },
];

const FOLDS: { readonly [K in RecordKind]?: Fold<K> } = {
  genesis: (names, body) => [
    { op: "insert", table: "keys", row: { ...names, role: "ledger", key: body.ledger_key } },
    ...body.operator_keys.map(
      (key): RowChange => ({ op: "insert", table: "keys", row: { ...names, role: "operator", key } }),
    ),
  ],

  apply: (names, body) => {
    const { policy_digest } = expectOrder(body.order, "apply");
    const { hall_id, record_id } = names;
    return [
      { op: "insert", table: "orders", row: { ...names, kind: "apply", policy_digest } },
      { op: "supersede", table: "holds", hall_id, policy_digest, by: record_id },
    ];
  },

  standing: (names, body, header) => {
    const { subject, state, adapter, scope } = expectOrder(body.order, "standing");
    const where = { hall_id: names.hall_id, subject, adapter, scope };
    const lift = (lifted: "revoked" | "degraded"): RowChange => ({
      op: "delete",
      table: "standing",
      where: { ...where, state: lifted },
    });
    if (state === "active") return [...order(names, body, header), lift("revoked"), lift("degraded")];
    return [
      ...order(names, body, header),
      lift(state), // said twice, it stands once, under the later record
      { op: "insert", table: "standing", row: { ...names, subject, state, adapter, scope } },
    ];
  },

  ban: (names, body, header) => {
    const { subject, add, scope } = expectOrder(body.order, "ban");
    const banned = { subject, state: "banned", adapter: null, scope } as const;
    const lift: RowChange = { op: "delete", table: "standing", where: { hall_id: names.hall_id, ...banned } };
    if (!add) return [...order(names, body, header), lift];
    return [
      ...order(names, body, header),
      lift,
      { op: "insert", table: "standing", row: { ...names, ...banned } },
    ];
  },

  key: (names, body, header) => {
    const { role, old, new: key } = expectOrder(body.order, "key");
    const { hall_id } = names;
    return [
      ...order(names, body, header),
      ...(old === null ? [] : [{ op: "delete", table: "keys", where: { hall_id, role, key: old } } as const]),
      ...(key === null ? [] : [{ op: "insert", table: "keys", row: { ...names, role, key } } as const]),
    ];
  },

  clock: order,
  erase: order,

  install: (names, body, header) => {
    const { hall_id } = names;
    const skill_id = expectText("install", body.skill_id, "skill_id");
    return [
      { op: "delete", table: "installs", where: { hall_id, skill_id } },
      {
        op: "insert",
        table: "installs",
        row: {
          ...names,
          at: header.at,
          skill_id,
          version: expectText("install", body.version, "version"),
          artifact_digest: expectText("install", body.artifact_digest, "artifact_digest"),
          manifest_hash: body.manifest_hash,
          signer: signerOf(body.certificate),
          dev: body.dev ? 1 : 0,
        },
      },
    ];
  },

  uninstall: ({ hall_id }, body) => [
    {
      op: "delete",
      table: "installs",
      where: { hall_id, skill_id: body.skill_id ?? "" },
      expect: "skill_id isn't installed",
    },
  ],

  pin: (names, body) => [
    {
      op: "insert",
      table: "pins",
      row: {
        ...names,
        skill_id: expectText("pin", body.skill_id, "skill_id"),
        tool: body.tool,
        capability_id: body.capability_id,
        definition_digest: body.definition_digest,
        document: body.document,
      },
    },
  ],

  hold: (names, { request }) => [
    {
      op: "insert",
      table: "holds",
      row: {
        ...names,
        tenant_id: request.tenant_id,
        agent: request.agent,
        approval_id: request.approval_id,
        holder: holdKeyText(request),
        arguments: request.arguments,
        policy_digest: request.policy_digest,
        needed: request.needed,
        grant_seconds: request.grant_seconds,
        expires_at: request.expires_at,
        state: "pending",
        granted_at: null,
        ends_at: request.expires_at,
        closed_by: null,
        supervisor_level: request.supervisor_level,
      },
    },
  ],

  approval: (names, body, header) => {
    const { approval_id } = body;
    return [
      {
        op: "vote",
        table: "holds",
        row: {
          ...names,
          at: header.at,
          approval_id,
          ...answerIn(body),
        },
      },
    ];
  },

  decision: (names, body, header) => {
    const { hall_id, record_id } = names;
    const changes: RowChange[] = [];
    if (body.grant_id !== null) {
      changes.push({
        op: "update",
        table: "holds",
        set: { state: "used", closed_by: record_id },
        where: { hall_id, approval_id: body.grant_id, state: "granted" },
        expect: "grant_id isn't a grant that can still be used",
      });
    }
    if (!body.decision.denied && !body.dry_run) {
      const { actor: agent, tool } = body;
      changes.push({ op: "insert", table: "calls", row: { ...names, at: header.at, agent, tool } });
    }
    return changes;
  },

  receipt: closeCall,
  abandoned: closeCall,
};

/** Who said what, and how much it weighs; the asking program's no stands above everyone's yes (evidence/grant). */
function answerIn({
  vote,
  declined_via,
  level,
}: Bodies["approval"]): Pick<Projections["approvals"], "approver" | "verdict" | "level"> {
  if (vote !== null) {
    const { approver_id, verdict } = parseVote(payloadOf(vote));
    return { approver: `approver ${approver_id}`, verdict, level: level ?? GATEKEEPER };
  }
  return declined_via === null
    ? { approver: "the client", verdict: "approve", level: GATEKEEPER }
    : { approver: "the client", verdict: "deny", level: INCIDENT_COMMANDER };
}

function expectText(kind: RecordKind, value: string | null, member: string): string {
  if (value === null) throw new RecordError(`${kind}: ${member} is null`);
  return value;
}
