import { describe, expect, test } from "vitest";
import { type Answer, tally } from "../../src/evidence/tally.js";
import type { SupervisorLevel } from "../../src/protocol/supervisor.js";
import { at, REQUEST } from "./samples.js";

const answer =
  (verdict: Answer["verdict"]) =>
  (name: string, second: number, level: SupervisorLevel = "gatekeeper"): Answer => ({
    as: [`approver ${name}`],
    verdict,
    level,
    at: at(second),
  });
const yes = answer("approve");
const no = answer("deny");
const up = answer("escalate");
const state = (answers: readonly Answer[], now: number, terms: Partial<typeof REQUEST> = {}) =>
  tally({ ...REQUEST, ...terms }, answers, at(now)).grant.state;

describe("a level that is asked for", () => {
  const terms = { supervisor_level: "executor" } as const;
  test("counts people of that level and above, and nobody below", () => {
    expect(state([yes("a", 1)], 2, terms)).toBe("pending");
    expect(state([yes("a", 1, "advisory")], 2, terms)).toBe("pending");
    expect(state([yes("a", 1, "executor")], 2, terms)).toBe("granted");
    expect(state([yes("a", 1, "incident_commander")], 2, terms)).toBe("granted");
  });
  test("isn't needed to say no", () => {
    expect(state([no("a", 1), yes("b", 2, "executor")], 3, terms)).toBe("refused");
    expect(state([yes("b", 1, "executor"), no("a", 2, "advisory")], 3, terms)).toBe("refused");
  });
});

test("an advisor's yes counts nothing, and raises nothing", () => {
  const advice = [yes("a", 1, "advisory"), up("c", 3, "advisory")];
  const result = tally(REQUEST, advice, at(4));
  expect(result).toMatchObject({ grant: { state: "pending" }, level: "gatekeeper", yes: 0 });
});

describe("an escalation", () => {
  test("asks people above whoever escalated, up to the incident commander", () => {
    const levelAfter = (...answers: Answer[]) => tally(REQUEST, answers, at(9)).level;
    expect(levelAfter(up("a", 1))).toBe("executor");
    expect(levelAfter(up("a", 1), up("b", 2, "executor"))).toBe("incident_commander");
    expect(levelAfter(up("a", 1, "incident_commander"))).toBe("incident_commander");
    expect(levelAfter(up("a", 1, "executor"), up("b", 2))).toBe("incident_commander"); // never back down
  });
  test("takes back what people below it granted, and leaves what people of that level did", () => {
    expect(state([yes("a", 1), up("b", 2)], 3)).toBe("pending");
    expect(state([yes("a", 1), up("b", 2), yes("c", 3, "executor")], 4)).toBe("granted");
    expect(state([yes("a", 1, "executor"), up("b", 2)], 3)).toBe("granted");
  });
  test("counts nothing once the hold or its grant has ended", () => {
    const granted = tally(REQUEST, [yes("a", 1), up("b", 601), yes("c", 602, "executor")], at(603));
    expect(granted.grant).toMatchObject({ state: "expired", granted_at: at(1) });
    expect(tally(REQUEST, [up("a", 900)], at(901)).level).toBe("gatekeeper");
  });
  test("counts the higher of one person's two answers", () => {
    const both = [yes("a", 1), yes("a", 2, "executor")];
    expect(tally({ ...REQUEST, needed: 2 }, both, at(3)).yes).toBe(1);
    expect(state([...both, up("b", 3)], 4)).toBe("granted");
  });
});
