import { expect, test } from "vitest";
import { principalOf } from "../../src/hall/open.js";
import { takeCallback } from "../../src/http/approvalsCallback.js";
import { CALLER, policyOf } from "../hall/memoryHall.js";
import { CONFIG, openTestDesk, pressBody, rulesWith, slackHeaders } from "../http/approvalDesk.js";
import { approve, ESCALATION, FORGERIES, type Random, type Scene } from "./forgery.js";

// LONG_N=5000 LONG_SEED=7 npx vitest run test/laws/forgeries.test.ts
const N = Number(process.env["LONG_N"] ?? 560);
const SEED = Number(process.env["LONG_SEED"] ?? Date.now() % 1_000_000);

function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** A fresh held call; everything of the one before has ended. */
async function sceneOf(
  desk: Awaited<ReturnType<typeof openTestDesk>>,
  n: number,
  random: Random,
): Promise<Scene> {
  desk.pass(31 * 60_000);
  const text = `note ${n}`;
  const approval_id = await desk.held(text);
  const request = desk.store().hold(approval_id)?.request;
  if (request === undefined) throw new Error("no hold");
  return { ...desk, approval_id, request, text, call: () => desk.add(text), random };
}

const receipts = (desk: Awaited<ReturnType<typeof openTestDesk>>) =>
  desk.hall.audit.query({ kind: "receipt", limit: 100_000 }).length;

test(`${N} forgeries of an approval run nothing (seed ${SEED})`, async () => {
  console.info(`forgeries: LONG_N=${N} LONG_SEED=${SEED}`);
  const random = seeded(SEED);
  const desk = await openTestDesk(ESCALATION);
  const names = Object.keys(FORGERIES);
  const ran: string[] = [];
  for (let n = 0; n < N; n++) {
    const name = names[n % names.length] ?? "";
    const scene = await sceneOf(desk, n, random);
    const forged = await FORGERIES[name]?.(scene);
    const { kind } = await (forged ?? scene.call)();
    if (kind !== "held" && kind !== "denied") ran.push(`#${n} ${name}: ${kind}`);
    if (name === "a changed policy") {
      const operator = desk.hall.operator(principalOf("operator", desk.keys.operator));
      await operator.apply(policyOf(rulesWith(ESCALATION), CONFIG), null);
    }
  }
  expect(ran).toEqual([]);
  expect(receipts(desk)).toBe(0);
  expect(desk.hall.audit.verify()).toMatchObject({ ok: true });
}, 600_000);

test("and what isn't forged runs once, however often it is sent and called", async () => {
  const desk = await openTestDesk(ESCALATION);
  const ways: readonly ((scene: Scene) => Promise<unknown>)[] = [
    (scene) => approve(scene),
    (scene) => {
      const body = pressBody(scene);
      const headers = slackHeaders(body, undefined, scene.clock());
      return takeCallback(scene.desk, "slack:T1", Buffer.from(body), headers);
    },
  ];
  for (const [n, way] of ways.entries()) {
    const scene = await sceneOf(desk, n, () => 0);
    await way(scene);
    await way(scene).catch(() => {});
    expect((await scene.call()).kind).toBe("done");
    await way(scene).catch(() => {});
    expect((await scene.call()).kind).toBe("held");
    expect(
      (await desk.hall.gate({ ...CALLER, agent: "mcp:other" }).invoke("add_note", { text: scene.text })).kind,
    ).toBe("held");
    expect(receipts(desk)).toBe(n + 1);
  }
});
