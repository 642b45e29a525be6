import { describe, expect, onTestFinished, test } from "vitest";
import { signerFromSeed } from "../../src/evidence/ed25519.js";
import { principalOf } from "../../src/hall/open.js";
import { CALLER, openNotesHall, policyOf, ruleFor } from "./memoryHall.js";

test("what waits is listed, oldest first, however many holds were answered since", async () => {
  const { hall, keys } = await openNotesHall({ clock: () => Date.parse("2026-11-20T09:00:00.000Z") });
  onTestFinished(() => hall.close());
  const operator = hall.approver(principalOf("operator", keys.operator));
  const ask = async (text: string) => {
    const outcome = await hall.gate(CALLER).invoke("add_note", { text });
    return outcome.kind === "held" ? outcome.approval_id : "";
  };
  const waiting = await ask("waits");
  for (let n = 0; n < 100; n++) await operator.vote(await ask(`no ${n}`), "deny", null);
  const granted = await ask("granted");
  await operator.vote(granted, "approve", null);
  expect(operator.list()).toMatchObject([
    { approval_id: waiting, state: "pending" },
    { approval_id: granted, state: "granted" },
  ]);
});

describe("people of several levels", () => {
  const person = (id: string) => principalOf(id, signerFromSeed(Buffer.alloc(32, id)));
  const approvers = (["advisory", "gatekeeper", "executor", "incident_commander"] as const).map((level) => ({
    id: level,
    key: person(level).key,
    level,
  }));

  async function held(escalation: object) {
    const rules = [
      ruleFor("rr_notes_write_dev_001", "cap.doc.write", "wrk.doc.searcher", {
        human_required_default: true,
        ...escalation,
      }),
    ];
    const { hall } = await openNotesHall({
      clock: () => Date.parse("2026-11-20T09:00:00.000Z"),
      policy: () => policyOf(rules, { approvers }),
    });
    onTestFinished(() => hall.close());
    const call = () => hall.gate(CALLER).invoke("add_note", { text: "x" });
    const first = await call();
    const approval_id = first.kind === "held" ? first.approval_id : "";
    const by = (id: string, verdict: "approve" | "deny" | "escalate" = "approve") =>
      hall.approver(person(id)).vote(approval_id, verdict, null);
    return { call, by, first, hall };
  }

  test("only those of the level that the rule asks for let the call run", async () => {
    const { call, by, first } = await held({ supervisor_level: "executor" });
    expect(first).toMatchObject({ question: { mode: "approve", supervisor_level: "executor" } });
    expect(await by("advisory")).toMatchObject({ state: "pending", yes: 0 });
    expect(await by("gatekeeper")).toMatchObject({ state: "pending", yes: 0, level: "executor" });
    expect((await call()).kind).toBe("held");
    expect(await by("executor")).toMatchObject({ state: "granted", yes: 1 });
    expect((await call()).kind).toBe("done");
    expect((await call()).kind).toBe("held");
  });

  test("an escalation takes a grant back and asks people above", async () => {
    const { call, by } = await held({});
    expect((await by("gatekeeper")).state).toBe("granted");
    expect(await by("gatekeeper", "escalate")).toMatchObject({ state: "pending", level: "executor" });
    expect((await call()).kind).toBe("held");
    expect(await by("executor", "escalate")).toMatchObject({ level: "incident_commander" });
    expect((await by("executor")).state).toBe("pending");
    expect((await by("incident_commander")).state).toBe("granted");
    expect((await call()).kind).toBe("done");
  });

  test("a vote said twice is recorded once", async () => {
    const { by, hall } = await held({ approval: { approve: 2 } });
    await by("gatekeeper");
    const before = hall.audit.query({}).length;
    expect(await by("gatekeeper")).toMatchObject({ state: "pending", yes: 1 });
    expect(hall.audit.query({})).toHaveLength(before);
    expect((await by("executor")).state).toBe("granted");
    expect(hall.audit.verify()).toMatchObject({ ok: true });
  });
});

test("whoever asked never answers, even with an approver's key", async () => {
  const alice = principalOf("alice", signerFromSeed(Buffer.alloc(32, 7)));
  const approvers = [{ id: "alice", key: alice.key }];
  const { hall } = await openNotesHall({ policy: () => policyOf(undefined, { approvers }) });
  onTestFinished(() => hall.close());
  const asked = await hall.gate({ ...CALLER, agent: "alice" }).invoke("add_note", { text: "x" });
  const approval_id = asked.kind === "held" ? asked.approval_id : "";
  expect(() => hall.approver(alice).check(approval_id, "approve")).toThrow("asked for this call itself");
  await expect(hall.approver(alice).vote(approval_id, "approve", null)).rejects.toMatchObject({
    code: "NOT_AN_APPROVER",
  });
});
