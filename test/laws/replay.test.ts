import { afterAll, describe, expect, test } from "vitest";
import { judge } from "../../src/decide/makeDecision.js";
import type { DecisionBody } from "../../src/evidence/body.js";
import { principalOf } from "../../src/hall/open.js";
import { loadPolicy } from "../../src/hall/policy.js";
import { factsOf, type Snapshot } from "../../src/hall/snapshot.js";
import { canonicalJson } from "../../src/protocol/canonical.js";
import { CALLER, openNotesHall } from "../hall/memoryHall.js";

describe("replay", async () => {
  const { hall, keys, store } = await openNotesHall();
  afterAll(() => hall.close());

  test("gives the bytes of every recorded decision from its record and the policy document alone", async () => {
    const gate = hall.gate(CALLER);
    await gate.invoke("search_notes", { query: "tea" });
    await gate.invoke("search_notes", { query: 7 });
    await gate.invoke("nothing", {});
    await gate.invoke("search_notes", { query: "tea" }, { dryRun: true });
    const held = await gate.invoke("add_note", { text: "x" });
    if (held.kind === "held") {
      await hall.approver(principalOf("operator", keys.operator)).vote(held.approval_id, "approve", null);
    }
    expect(await gate.invoke("add_note", { text: "x" })).toMatchObject({ kind: "done" });

    const policy = store().policy();
    if (policy === null) throw new Error("no policy");
    const { rules, hall: config, profile } = loadPolicy(policy.policy_digest, policy.document);
    const bodies = hall.audit.query({ kind: "decision" }).map((row) => row.body as unknown as DecisionBody);
    expect(bodies.length).toBe(6);
    for (const body of bodies) {
      const facts = factsOf(body.facts as unknown as Snapshot);
      const question = {
        request: body.route_input,
        rules,
        facts,
        config,
        profile,
        now: body.now,
        ids: body.ids,
      };
      expect(canonicalJson(judge(question).decision)).toBe(canonicalJson(body.decision));
    }
  });
});
