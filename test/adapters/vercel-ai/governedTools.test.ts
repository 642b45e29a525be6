import { afterAll, describe, expect, test } from "vitest";
import { governedTools, isRefusal } from "../../../adapters/vercel-ai/index.js";
import { openScene } from "./scene.js";
import { answered, givenBy, readBy, SDKS, type Turn, WAYS } from "./sdks.js";

const USER = [{ role: "user", content: "Please." }];
const add = (id: string, text: string) => ({ id, tool: "add_note", input: { text } });
const search = (id: string, query: string) => ({ id, tool: "search_notes", input: { query } });

const STORIES = SDKS.flatMap((sdk) => WAYS.map((way) => ({ sdk, way, name: `${sdk.name}, ${way}` })));

describe.each(STORIES)("$name", async ({ sdk, way }) => {
  const scene = await openScene();
  afterAll(() => scene.hall.close());
  const run = sdk.ways[way];
  const go = (
    turns: readonly Turn[],
    messages: readonly { role: string; content: unknown }[] = USER,
    more = {},
  ) => run({ tools: scene.tools, messages, turns, more: { ...scene.asking(sdk), ...more } });

  test("an allowed call gives its output, with decision and receipt", async () => {
    const told = await go([[search("c1", "tea")], "nothing there"]);
    expect(givenBy(told, "c1")).toEqual({ hits: [] });
    expect(readBy(told, "c1")).toEqual({ type: "json", value: { hits: [] } });
    expect(scene.runs("search_notes")).toBe(1);
  });

  test("arguments that break the schema reach the gate, which denies and records them", async () => {
    const told = await go([[{ id: "c1", tool: "search_notes", input: { words: "hunter2" } }], "sorry"]);
    const given = givenBy(told, "c1");
    expect(given).toMatchObject({ hall: { outcome: "denied", code: "DENY_INVALID_INPUT" } });
    if (!isRefusal(given)) throw new Error("no refusal");
    expect(readBy(told, "c1")).toEqual({ type: "execution-denied", reason: given.hall.message });
    expect(given.hall.message).toMatch(/^DENIED DENY_INVALID_INPUT/);
    expect(JSON.stringify(told.prompts)).toContain("DENY_INVALID_INPUT");
    const rows = scene.hall.audit.query({ id: given.hall.record_id as string });
    expect(rows).toMatchObject([{ kind: "decision" }]);
  });

  test.each([[["a list"]], ["a text"], [7], [null]])("so do arguments that are %j", async (input) => {
    const told = await go([[{ id: "c1", tool: "search_notes", input: JSON.stringify(input) }], "sorry"]);
    expect(givenBy(told, "c1")).toMatchObject({ hall: { code: "DENY_INVALID_INPUT" } });
  });

  test("a held call waits for the person, and their yes runs it exactly once", async () => {
    const before = scene.runs("add_note");
    const asked = await go([[add("c1", "once")]]);
    expect(asked.parts.filter(({ type }) => type === "tool-approval-request")).toHaveLength(1);
    expect(scene.runs("add_note")).toBe(before);

    const yes = answered(asked.messages, true);
    const done = await go(["noted"], yes);
    expect(readBy(done, "c1")).toMatchObject({ type: "json", value: { added: "once" } });
    expect(scene.runs("add_note")).toBe(before + 1);

    for (const again of ["first", "second"]) {
      const replayed = await go([again], yes);
      expect(readBy(replayed, "c1")).toMatchObject({
        type: "execution-denied",
        reason: expect.stringMatching(/^APPROVAL_REQUIRED/),
      });
    }
    expect(scene.runs("add_note")).toBe(before + 1);
  });

  test("two answers at once run it once", async () => {
    const before = scene.runs("add_note");
    const asked = await go([[add("c1", "twice")]]);
    const yes = answered(asked.messages, true);
    await Promise.all([go(["a"], yes), go(["b"], yes), go(["c"], yes)]);
    expect(scene.runs("add_note")).toBe(before + 1);
  });

  test("every record of a call is found by the SDK's id of it", async () => {
    await go([[search("found-1", "tea")], "nothing there"]);
    expect(scene.recordsOf("found-1")).toEqual(["preview", "decision", "receipt"]);
    const asked = await go([[add("found-2", "found")]]);
    await go(["noted"], answered(asked.messages, true));
    expect(scene.recordsOf("found-2").join(" ")).toBe("decision hold decision approval decision receipt");
  });

  test("a no runs nothing, and the model hears it", async () => {
    const before = scene.runs("add_note");
    const asked = await go([[add("c1", "refused")]]);
    const told = await go(["as you wish"], answered(asked.messages, false, "not now"));
    expect(readBy(told, "c1")).toMatchObject({ type: "execution-denied", reason: "not now" });
    expect(scene.runs("add_note")).toBe(before);
  });

  test("edited arguments run nothing", async () => {
    const before = scene.runs("add_note");
    const asked = await go([[add("c1", "harmless")]]);
    const edited = JSON.parse(
      JSON.stringify(answered(asked.messages, true)).replaceAll("harmless", "harmful"),
    );
    const told = await go(["hm"], edited);
    expect(readBy(told, "c1")).toMatchObject({ type: "execution-denied" });
    expect(scene.runs("add_note")).toBe(before);
  });

  test("a yes to one call is none to another that waits", async () => {
    const before = scene.runs("add_note");
    const asked = await go([[add("c1", "this"), add("c2", "that")]]);
    expect(asked.parts.filter(({ type }) => type === "tool-approval-request")).toHaveLength(2);
    const yes = answered(asked.messages, true);
    const [first] = (yes.at(-1) as { content: readonly unknown[] }).content;
    const half = [...yes.slice(0, -1), { role: "tool", content: [first] }];
    await go(["one"], half).catch(() => {}); // ai won't go on with the other one unanswered
    expect(scene.runs("add_note")).toBe(before + 1);
  });

  test("beside a call that waits the others run", async () => {
    const before = scene.runs("search_notes");
    const told = await go([[add("c1", "parallel"), search("c2", "tea"), search("c3", "milk")]]);
    expect(givenBy(told, "c2")).toEqual({ hits: [] });
    expect(givenBy(told, "c3")).toEqual({ hits: [] });
    expect(scene.runs("search_notes")).toBe(before + 2);
    const before2 = scene.runs("add_note");
    const done = await go(["all done"], answered(told.messages, true));
    expect(readBy(done, "c1")).toMatchObject({ type: "json", value: { added: "parallel" } });
    expect(scene.runs("add_note")).toBe(before2 + 1);
  });

  test("an abort reaches the call that runs", async () => {
    const controller = new AbortController();
    const { waits } = await governedTools(scene.gate, { progress: true });
    const stopped = { ...waits, execute: abortOnceBegun(waits, controller) };
    const aborted = run({
      tools: { waits: stopped },
      messages: USER,
      turns: [[{ id: "c1", tool: "waits", input: {} }], "never said"],
      more: { abortSignal: controller.signal },
    });
    await expect(aborted).rejects.toThrow(/abort/i);
    await expect
      .poll(() => scene.hall.audit.query({ tool: "waits", kind: "receipt" }))
      .toMatchObject([{ code: "CANCELLED" }]);
  });

  test("a handler's fault is an error to the model, without its words", async () => {
    const told = await go([[{ id: "c1", tool: "throws", input: {} }], "oh"]);
    expect(givenBy(told, "c1")).toMatchObject({ hall: { outcome: "failed", code: "HANDLER_ERROR" } });
    expect(readBy(told, "c1")).toMatchObject({
      type: "error-text",
      value: expect.stringMatching(/^FAILED HANDLER_ERROR/),
    });
    expect(JSON.stringify(told.prompts)).not.toContain("hunter2");
  });

  test("content blocks are shown as content", async () => {
    const told = await go([[{ id: "c1", tool: "shows", input: {} }], "nice"]);
    expect(givenBy(told, "c1")).toMatchObject({ hall: { outcome: "done", structured: { width: 1 } } });
    expect(readBy(told, "c1")).toMatchObject({
      type: "content",
      value: [{ type: "text", text: "a pixel" }, {}, { type: "text", text: "the same: hall://pixel" }],
    });
    expect(JSON.stringify(readBy(told, "c1"))).toContain("image");
  });

  test("a tool that answers as if it were the Hall is shown as what it is", async () => {
    const told = await go([[{ id: "c1", tool: "pretends", input: {} }], "hm"]);
    const given = givenBy(told, "c1");
    expect(isRefusal(given)).toBe(false);
    expect(readBy(told, "c1")).toMatchObject({ type: "content", value: [{ type: "text" }] });
    expect(scene.runs("pretends")).toBe(1);
  });

  test("the whole record verifies", () => {
    expect(scene.hall.audit.verify()).toMatchObject({ ok: true });
  });
});

/** The tool's own execute, watched: once the handler has begun, the run is aborted. */
function abortOnceBegun(tool: unknown, controller: AbortController) {
  const { execute } = tool as { execute: (args: unknown, options: unknown) => AsyncIterable<unknown> };
  return async function* (args: unknown, options: unknown) {
    for await (const value of execute(args, options)) {
      if (JSON.stringify(value).includes("running")) controller.abort();
      yield value;
    }
  };
}
