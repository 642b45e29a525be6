import type { Store } from "../../src/records/store.js";
import {
  applyPolicy,
  beginHall,
  call,
  common,
  decisionDraft,
  install,
  openHold,
  order,
  pinDraft,
  receiptDraft,
  vote,
} from "./home.js";

/** A Hall with a record of every kind that is written today, and holds in every state. */
export async function fillHall(store: Store): Promise<void> {
  await beginHall(store);
  await call(store);
  await install(store, "1.1.0");
  await install(store, "1.2.0");
  await order(store, {
    kind: "standing",
    subject: "skill:org.acme/old",
    state: "revoked",
    adapter: null,
    scope: "org",
  });
  await order(store, {
    kind: "standing",
    subject: "skill:org.acme/old",
    state: "active",
    adapter: null,
    scope: "org",
  });
  await order(store, {
    kind: "standing",
    subject: "skill:org.acme/notes",
    state: "degraded",
    adapter: "mcp",
    scope: "org",
  });
  await order(store, { kind: "ban", subject: `hash:${"a".repeat(64)}`, add: true, scope: "global" });
  await openHold(store, { arguments: '{"text":"superseded"}' });
  await applyPolicy(store, "second");
  const used = await openHold(store, { arguments: '{"text":"used"}', needed: 2 });
  await vote(store, used, "alice");
  await vote(store, used, "bob");
  const decision = await store.write((tx) => tx.append(decisionDraft({ grant: used })));
  await store.write((tx) => tx.append(receiptDraft(decision.value.record_id)));
  await vote(store, await openHold(store, { arguments: '{"text":"refused"}' }), "bob", "deny");
  await vote(store, await openHold(store, { arguments: '{"text":"granted"}' }), "alice");
  await openHold(store, { arguments: '{"text":"pending"}' });
  await store.write((tx) => tx.append(decisionDraft({ denied: "DENY_NO_MATCHING_RULE" })));
  await store.write((tx) => tx.append(decisionDraft({ dry_run: true })));
  const died = await store.write((tx) => tx.append(decisionDraft()));
  await store.write((tx) =>
    tx.append({ kind: "abandoned", parent_id: died.value.record_id, body: common() }),
  );
  await store.write((tx) => tx.append(decisionDraft())); // still running
  await store.write((tx) => tx.append({ kind: "query", body: { ...common(), tool: "hall_standing" } }));
  for (const kind of ["init", "build", "certify", "publish"] as const) {
    const body = { ...common(), manifest_hash: null, signer: null, certificate_digest: null, author: "ann" };
    await store.write((tx) => tx.append({ kind, body }));
  }
  await store.write((tx) => tx.append(pinDraft(tx)));
}
