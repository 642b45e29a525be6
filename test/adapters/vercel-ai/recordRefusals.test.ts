import type { ModelMessage } from "ai";
import { afterAll, describe, expect, test } from "vitest";
import { governedTools, recordRefusals } from "../../../adapters/vercel-ai/index.js";
import type { Gate } from "../../../src/hall/types.js";
import { openScene } from "./scene.js";
import { answered, type Message, readBy, SDKS } from "./sdks.js";

const USER = [{ role: "user", content: "Please." }];
const add = (id: string, text: string) => ({ id, tool: "add_note", input: { text } });
const record = (tools: object, messages: readonly Message[]) =>
  recordRefusals(tools as Record<string, unknown>, messages as unknown as readonly ModelMessage[]);

describe.each(SDKS)("a no, in $name", async (sdk) => {
  const scene = await openScene();
  afterAll(() => scene.hall.close());
  const generate = (
    turns: Parameters<typeof sdk.ways.generateText>[0]["turns"],
    messages: readonly Message[] = USER,
  ) => sdk.ways.generateText({ tools: scene.tools, messages, turns, more: scene.asking(sdk) });
  const approvals = () => scene.hall.audit.query({ kind: "approval" });

  test("is recorded, closes its hold, and the same call is refused for it", async () => {
    const asked = await generate([[add("c1", "unwanted")]]);
    const no = answered(asked.messages, false, "not this");
    await record(scene.tools, no);
    expect(approvals().map(({ body }) => body)).toMatchObject([
      { declined_via: "vercel-ai", confirmed_via: null },
    ]);

    expect(scene.recordsOf("c1")).toContain("approval");

    const told = await generate(["as you wish"], no);
    expect(readBy(told, "c1")).toMatchObject({ type: "execution-denied", reason: "not this" });
    const again = await generate([[add("c2", "unwanted")], "no"]);
    expect(readBy(again, "c2")).toMatchObject({
      type: "execution-denied",
      reason: expect.stringMatching(/^DENIED DENY_APPROVAL_REFUSED/),
    });
    expect(scene.runs("add_note")).toBe(0);
  });

  test("is recorded once, and of no call that nobody was asked about", async () => {
    const before = approvals().length;
    const asked = await generate([[add("c1", "unwanted twice")]]);
    const no = answered(asked.messages, false);
    await record(scene.tools, no);
    await record(scene.tools, no);
    expect(approvals()).toHaveLength(before + 1);
    const elsewhere = JSON.parse(JSON.stringify(no).replaceAll('"c1"', '"c9"').replaceAll("twice", "thrice"));
    await record(scene.tools, elsewhere);
    expect(approvals()).toHaveLength(before + 1);
  });

  test("runs nothing, also where a yes was given meanwhile", async () => {
    const asked = await generate([[add("c1", "both answers")]]);
    const no = answered(asked.messages, false);
    await generate(["done"], answered(asked.messages, true));
    const before = scene.runs("add_note");
    await record(scene.tools, no);
    expect(scene.runs("add_note")).toBe(before);
  });

  test("a yes isn't its business", async () => {
    const asked = await generate([[add("c1", "wanted")]]);
    const before = scene.hall.audit.query({ limit: 1 }).at(-1)?.seq;
    await record(scene.tools, answered(asked.messages, true));
    expect(scene.hall.audit.query({ limit: 1 }).at(-1)?.seq).toBe(before);
  });
});

test("a call that is over before it begins starts no handler, whatever was granted", async () => {
  const scene = await openScene("approve");
  const held = await scene.gate.invoke("add_note", { text: "too late" });
  if (held.kind !== "held") throw new Error(held.kind);
  await scene.approver.vote(held.approval_id, "approve", null);
  const outcome = await scene.gate.invoke("add_note", { text: "too late" }, { signal: AbortSignal.abort() });
  expect(outcome).toMatchObject({ kind: "failed", fault: { code: "CANCELLED" } });
  expect(await scene.gate.invoke("search_notes", { query: "late" })).toMatchObject({ output: { hits: [] } });
  await scene.hall.close();
});

test.each(SDKS)(
  "a no in $name runs nothing, also when an approver says yes at that very moment",
  async (sdk) => {
    const scene = await openScene("approve");
    const ours = scene.gate.through("vercel-ai");
    let isNo = false;
    const gate: Gate = {
      ...ours,
      through: () => gate,
      async invoke(tool, args, options) {
        const outcome = await ours.invoke(tool, args, options);
        if (isNo && outcome.kind === "held") await scene.approver.vote(outcome.approval_id, "approve", null);
        return outcome;
      },
    };
    const tools = await governedTools(gate);
    const turns = [[add("c1", "just now")]];
    const asked = await sdk.ways.generateText({ tools, messages: USER, turns, more: scene.asking(sdk) });
    isNo = true;
    await record(tools, answered(asked.messages, false));
    const found = await ours.invoke("search_notes", { query: "now" });
    expect(found).toMatchObject({ output: { hits: [] } });
    await scene.hall.close();
  },
);
