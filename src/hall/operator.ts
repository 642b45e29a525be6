import { sealEnvelopeWith } from "../evidence/dsse.js";
import type { ApplyOrder, BanOrder, OrderKind, StandingOrder } from "../evidence/order.js";
import { type PolicyDocument, policyDigest } from "../evidence/policy.js";
import { canonicalBytes } from "../protocol/canonical.js";
import { catalogueDocument } from "../protocol/catalog.js";
import { timestamp } from "../protocol/clock.js";
import type { Adapter, StandingScope } from "../protocol/standing.js";
import type { Store } from "../records/store.js";
import type { Tx } from "../records/transaction.js";
import { commonBody } from "./bodies.js";
import { whyAgain } from "./commit.js";
import type { Actor, Principal } from "./types.js";

/** The record of an order that is in force from then on. */
export type Ordered = { readonly record_id: string };

/** What only an operator may do. Each is an order signed with an operator's key (formats.md, Orders). */
export type Operator = {
  /** Puts a policy document in force. */
  apply(
    document: PolicyDocument,
    reason: string | null,
  ): Promise<Ordered & { readonly policy_digest: string }>;
  /** Stops (`revoked`), stops for one adapter (`degraded`) or allows again (`active`) a subject. */
  standing(
    change: Pick<StandingOrder, "subject" | "state"> & {
      readonly adapter?: Adapter;
      readonly scope?: StandingScope;
    },
    reason: string,
  ): Promise<Ordered>;
  ban(change: Pick<BanOrder, "subject" | "add" | "scope">, reason: string): Promise<Ordered>;
};

type OperatorParts = {
  readonly store: Store;
  readonly engine: string;
  readonly caller: Actor;
  readonly now: () => number;
};

export function makeOperator(parts: OperatorParts, principal: Principal): Operator {
  const order = (
    kind: OrderKind & ("apply" | "standing" | "ban"),
    members: object,
    reason: string | null,
    also?: (tx: Tx) => void,
  ) => giveOrder(parts, principal, { kind, members, reason, also });
  return {
    async apply(document, reason) {
      const bytes = canonicalBytes(document);
      const policy_digest = policyDigest(bytes);
      const members: Pick<ApplyOrder, "policy_digest"> = { policy_digest };
      return {
        ...(await order("apply", members, reason, (tx) => {
          tx.putDocument(catalogueDocument());
          tx.putDocument(bytes);
        })),
        policy_digest,
      };
    },
    standing({ subject, state, adapter, scope }, reason) {
      return order("standing", { subject, state, adapter: adapter ?? null, scope: scope ?? "org" }, reason);
    },
    ban: ({ subject, add, scope }, reason) => order("ban", { subject, add, scope }, reason),
  };
}

/** Orders given at the same time race for the place after the last one; the loser signs again. */
const ATTEMPTS = 5;

async function giveOrder(
  { store, engine, caller, now }: OperatorParts,
  principal: Principal,
  order: {
    kind: "apply" | "standing" | "ban";
    members: object;
    reason: string | null;
    also: ((tx: Tx) => void) | undefined;
  },
): Promise<Ordered> {
  for (let attempt = 1; ; attempt++) {
    const { hall_id, last_order: previous } = store.state();
    const payload = {
      ...order.members,
      hall_id,
      kind: order.kind,
      previous,
      issued_at: timestamp(now()),
      reason: order.reason === null ? null : order.reason.toWellFormed(),
    };
    const envelope = await sealEnvelopeWith("order", payload, [principal]);
    try {
      const { value } = await store.write((tx) => {
        order.also?.(tx);
        return tx.append({ kind: order.kind, body: { ...commonBody(caller, engine), order: envelope } });
      });
      return { record_id: value.record_id };
    } catch (error) {
      if (whyAgain(error) === undefined || store.state().last_order === previous || attempt === ATTEMPTS)
        throw error;
    }
  }
}
