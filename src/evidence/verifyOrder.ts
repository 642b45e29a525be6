import type { OrderBody } from "./body.js";
import type { Fold } from "./fold.js";
import { insist } from "./members.js";
import { openOrder } from "./order.js";
import type { Header } from "./record.js";

/** Kinds whose effect on keys, time and bodies this version doesn't follow. Saying so is a finding, never a pass. */
const RESERVED: ReadonlySet<string> = new Set(["key", "clock", "erase"]);

/** An order: signed by an operator key in force, for this Hall and kind, after the last one (formats.md, Orders). */
export function takeOrder(fold: Fold, header: Header, body: OrderBody): void {
  const { kind } = header;
  insist(!RESERVED.has(kind), `orders of kind ${kind} need a later version of this verifier`);
  const order = openOrder(body.order, fold.operatorKeys);
  insist(order.kind === kind, `its order is one of kind ${order.kind}`);
  insist(order.hall_id === fold.hall_id, "its order is for another Hall");
  insist(order.previous === fold.lastOrder, "its order doesn't follow the last one");
  if (order.kind === "apply") {
    const policy = fold.documents.policy(order.policy_digest);
    const catalogued = policy.catalogue === null || fold.documents.has(policy.catalogue);
    insist(catalogued, "the catalogue that its policy names is missing or changed");
    fold.policy = policy;
    fold.policyDigest = order.policy_digest;
  }
  fold.lastOrder = header.record_id;
  fold.epoch = header.seq;
}
