import { parseSkillId } from "../protocol/ids.js";
import { ADAPTERS, type Adapter, type StandingScope } from "../protocol/standing.js";
import { type Envelope, openEnvelope } from "./dsse.js";
import { isAcceptableKey } from "./ed25519.js";
import {
  type Check,
  expectMembers,
  isCount,
  isFlag,
  isHash,
  isKey,
  isObject,
  isText,
  isTime,
  isUuid,
  listOf,
  type Members,
  oneOf,
  orNull,
  RecordError,
} from "./members.js";

type OrderOf<K extends string> = {
  readonly hall_id: string;
  readonly kind: K;
  /** record_id of the last order, null at first: no order replays, none overtakes. */
  readonly previous: string | null;
  readonly issued_at: string;
  readonly reason: string | null;
};

/** What only an operator may do, in that operator's signed words (formats.md, Orders). */
export type ApplyOrder = OrderOf<"apply"> & { readonly policy_digest: string };
/** `degraded` names its adapter, `revoked` has none; `active` lifts what was said of the same subject and adapter. */
export type StandingOrder = OrderOf<"standing"> & {
  readonly subject: string;
  readonly state: "active" | "revoked" | "degraded";
  readonly adapter: Adapter | null;
  readonly scope: StandingScope;
};
export type BanOrder = OrderOf<"ban"> & {
  readonly subject: string;
  readonly add: boolean;
  readonly scope: StandingScope;
};
/** Reserved: nothing writes it yet. */
export type KeyOrder = OrderOf<"key"> & {
  readonly role: "ledger" | "operator";
  readonly old: string | null;
  readonly new: string | null;
  readonly size: number;
  readonly head: string;
};
/** Reserved: nothing writes it yet. */
export type ClockOrder = OrderOf<"clock"> & { readonly at: string };
/** Reserved: nothing writes it yet. */
export type EraseOrder = OrderOf<"erase"> & { readonly record_ids: readonly string[] };
export type Order = ApplyOrder | StandingOrder | BanOrder | KeyOrder | ClockOrder | EraseOrder;
export type OrderKind = Order["kind"];

const common = <K extends OrderKind>(kind: K): Members<OrderOf<K>> => ({
  hall_id: isHash,
  kind: oneOf([kind]),
  previous: orNull(isUuid),
  issued_at: isTime,
  reason: orNull(isText),
});

const isSubject: Check<string> = (value): value is string =>
  typeof value === "string" && parseSubject(value) !== undefined;
const isScope = oneOf(["org", "global"]);

const ORDERS: { readonly [K in OrderKind]: Members<Extract<Order, { kind: K }>> } = {
  apply: { ...common("apply"), policy_digest: isHash },
  standing: {
    ...common("standing"),
    subject: isSubject,
    state: oneOf(["active", "revoked", "degraded"]),
    adapter: orNull(oneOf([...ADAPTERS, "cli"])),
    scope: isScope,
  },
  ban: { ...common("ban"), subject: isSubject, add: isFlag, scope: isScope },
  key: {
    ...common("key"),
    role: oneOf(["ledger", "operator"]),
    old: orNull(isKey),
    new: orNull(isKey),
    size: isCount,
    head: isHash,
  },
  clock: { ...common("clock"), at: isTime },
  erase: { ...common("erase"), record_ids: listOf(isUuid, 1) },
};

/** An order from a payload whose signature held. Throws RecordError. */
export function parseOrder(payload: unknown): Order {
  const kind = isObject(payload) ? payload["kind"] : undefined;
  if (typeof kind !== "string" || !Object.hasOwn(ORDERS, kind))
    throw new RecordError("order: an unknown kind");
  const table: Members<Order> = ORDERS[kind as OrderKind] as Members<Order>;
  const order = expectMembers(`${kind} order`, payload, table, true);
  const problem = wrongTogether(order);
  if (problem !== undefined) throw new RecordError(`${kind} order: ${problem}`);
  return order;
}

function wrongTogether(order: Order): string | undefined {
  if (order.kind === "standing") {
    if (order.state === "degraded" && order.adapter === null) return "degraded without an adapter";
    if (order.state === "revoked" && order.adapter !== null) return "revoked, yet with an adapter";
  }
  if (order.kind === "key") {
    if (order.role === "ledger" && (order.old === null || order.new === null))
      return "a ledger key is replaced, never removed";
    if (order.old === order.new) return "old and new are the same";
  }
  return undefined;
}

/** The order in an envelope that one of these operator keys signed. Throws RecordError when it isn't that. */
export function openOrder(envelope: Envelope, operatorKeys: readonly string[]): Order {
  const opened = openEnvelope("order", envelope, operatorKeys);
  if (opened === undefined) throw new RecordError("order: no valid signature by an operator key in force");
  return parseOrder(opened.payload);
}

/** What a standing or ban order is about. */
export type Subject =
  | { readonly type: "skill"; readonly skill_id: string; readonly version: string | null }
  | { readonly type: "hash"; readonly hash: string }
  | { readonly type: "worker"; readonly worker_id: string }
  | { readonly type: "publisher"; readonly key: string };

const VERSION = /^[0-9A-Za-z][0-9A-Za-z.+-]{0,127}$/;
const WORKER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Reads `skill:ID`, `skill:ID@V`, `hash:HEX`, `worker:ID` or `publisher:KEY`; undefined for anything else. */
export function parseSubject(text: string): Subject | undefined {
  const colon = text.indexOf(":");
  const rest = text.slice(colon + 1);
  switch (text.slice(0, colon)) {
    case "skill": {
      const at = rest.indexOf("@");
      const skill_id = at < 0 ? rest : rest.slice(0, at);
      const version = at < 0 ? null : rest.slice(at + 1);
      if (parseSkillId(skill_id) === undefined || (version !== null && !VERSION.test(version)))
        return undefined;
      return { type: "skill", skill_id, version };
    }
    case "hash":
      return isHash(rest) ? { type: "hash", hash: rest } : undefined;
    case "worker":
      return WORKER.test(rest) ? { type: "worker", worker_id: rest } : undefined;
    case "publisher":
      return isAcceptableKey(rest) ? { type: "publisher", key: rest } : undefined;
    default:
      return undefined;
  }
}

/** The one spelling of a subject. */
export function subjectText(subject: Subject): string {
  switch (subject.type) {
    case "skill":
      return subject.version === null
        ? `skill:${subject.skill_id}`
        : `skill:${subject.skill_id}@${subject.version}`;
    case "hash":
      return `hash:${subject.hash}`;
    case "worker":
      return `worker:${subject.worker_id}`;
    case "publisher":
      return `publisher:${subject.key}`;
  }
}
