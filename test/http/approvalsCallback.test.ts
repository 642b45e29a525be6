import { describe, expect, test } from "vitest";
import { takeCallback } from "../../src/http/approvalsCallback.js";
import { readerOf } from "../../src/http/approvalsDesk.js";
import { openTestDesk, type Press, pressBody, slackHeaders } from "./approvalDesk.js";

async function withHold(escalation: object = {}) {
  const desk = await openTestDesk(escalation);
  const approval_id = await desk.held();
  const press = (changes: Partial<Press> = {}, channel = "slack:T1", body?: string) => {
    const raw = body ?? pressBody({ approval_id, ...changes });
    return takeCallback(desk.desk, channel, Buffer.from(raw), slackHeaders(raw));
  };
  return { ...desk, approval_id, press };
}

test("a press of whom config maps to an approver is that approver's vote, through the channel", async () => {
  const { press, add, hall, approval_id } = await withHold();
  expect(await press()).toEqual({ status: 200, said: "recorded: approve; the call is granted" });
  const reader = readerOf({ approver: hall.approver });
  expect(reader.show(approval_id).answers).toMatchObject([
    { approver_id: "alice", via: "slack:T1/U1", verdict: "approve", level: "gatekeeper" },
  ]);
  expect((await add("buy tea")).kind).toBe("done");
  expect((await add("buy tea")).kind).toBe("held");
  expect(hall.audit.verify()).toMatchObject({ ok: true });
  expect(hall.audit.query({}).find(({ kind }) => kind === "approval")).toMatchObject({ surface: "slack:T1" });
});

test("deny and escalate count too", async () => {
  const { press, add } = await withHold();
  expect((await press({ action_id: "hall_escalate" })).said).toContain("pending");
  expect((await press()).said).toContain("pending"); // a gatekeeper's yes is too little now
  expect((await press({ user: "U2" })).said).toContain("granted"); // an executor's isn't
  expect((await press({ user: "U2", action_id: "hall_deny" })).said).toContain("refused");
  expect(await add("buy tea")).toMatchObject({ denial: { code: "DENY_APPROVAL_REFUSED" } });
});

test("the same press sent twice, and a person's press beside their own vote, is one yes", async () => {
  const { press, add, hall } = await withHold({ approval: { approve: 2 } });
  await press();
  const before = hall.audit.query({}).length;
  expect((await press()).status).toBe(200);
  expect(hall.audit.query({})).toHaveLength(before);
  expect((await add("buy tea")).kind).toBe("held");
  expect((await press({ user: "U2" })).said).toContain("granted");
});

describe("nothing comes of", () => {
  const stolen: readonly [string, Partial<Press>, string, number][] = [
    ["a user whom config doesn't name", { user: "U7" }, "slack:T1", 403],
    ["a user of another workspace", { team: "T2", user: "U1" }, "slack:T1", 403],
    ["a name that every object has", { user: "constructor" }, "slack:T1", 403],
    ["another channel's secret", {}, "slack:T2", 401],
    ["a channel that isn't there", {}, "slack:T3", 401],
    ["a button that isn't ours", { action_id: "hall_run" }, "slack:T1", 400],
    ["an approval that isn't there", { approval_id: "nothing" }, "slack:T1", 404],
  ];
  test.each(stolen)("%s", async (_, changes, channel, status) => {
    const { press, add } = await withHold();
    expect((await press(changes, channel)).status).toBe(status);
    expect((await add("buy tea")).kind).toBe("held");
  });

  test("bodies of another shape, though they are signed", async () => {
    const { press, add, approval_id } = await withHold();
    const good = pressBody({ approval_id });
    const shapes = [
      "",
      "payload=",
      "payload=null",
      "payload=%7B%7D",
      `${good}&${good}`,
      good.replace("payload=", "other="),
      good.replace("block_actions", "view_submission"),
      decodeURIComponent(good).replace("payload=", ""),
    ];
    for (const body of shapes) expect(await press({}, "slack:T1", body)).toMatchObject({ status: 400 });
    const two = JSON.parse(new URLSearchParams(good).get("payload") ?? "");
    two.actions.push(two.actions[0]);
    const body = `payload=${encodeURIComponent(JSON.stringify(two))}`;
    expect(await press({}, "slack:T1", body)).toMatchObject({ status: 400 });
    expect((await add("buy tea")).kind).toBe("held");
  });

  test("an adviser's yes", async () => {
    const { press, add } = await withHold();
    expect((await press({ user: "U3" })).said).toContain("pending");
    expect((await add("buy tea")).kind).toBe("held");
  });

  test("a press after the call was refused, was made, or was too late", async () => {
    const refused = await withHold();
    await refused.press({ action_id: "hall_deny" });
    expect(await refused.press({ user: "U2" })).toMatchObject({ status: 409 });
    const late = await withHold();
    late.pass(15 * 60_000);
    const raw = pressBody({ approval_id: late.approval_id });
    const headers = slackHeaders(raw, undefined, late.clock());
    expect(await takeCallback(late.desk, "slack:T1", Buffer.from(raw), headers)).toMatchObject({
      status: 409,
    });
  });

  test("a server that doesn't have the channel's key", async () => {
    const { desk, approval_id } = await withHold();
    const raw = pressBody({ approval_id });
    const keyless = { ...desk, signerOf: () => undefined };
    expect(await takeCallback(keyless, "slack:T1", Buffer.from(raw), slackHeaders(raw))).toMatchObject({
      status: 503,
    });
  });

  test("a yes to a call that Slack can't show whole", async () => {
    const { desk, add, approval_id } = await withHold();
    const long: typeof desk = {
      ...desk,
      approver(voter) {
        const approver = desk.approver(voter);
        const show = (id: string) => ({ ...approver.show(id), arguments: "x".repeat(60_000) });
        return { ...approver, show };
      },
    };
    const raw = pressBody({ approval_id });
    expect(await takeCallback(long, "slack:T1", Buffer.from(raw), slackHeaders(raw))).toMatchObject({
      status: 403,
    });
    expect((await add("buy tea")).kind).toBe("held");
  });
});
