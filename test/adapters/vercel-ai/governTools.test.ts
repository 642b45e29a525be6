import type { ToolSet } from "ai";
import { afterAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import {
  type GovernToolsOptions,
  governTools,
  isRefusal,
  toolApproval,
} from "../../../adapters/vercel-ai/index.js";
import { ruleFor } from "../../hall/memoryHall.js";
import { openScene } from "./scene.js";
import { answered, givenBy, type Message, readBy, SDKS, type Turn } from "./sdks.js";

const USER = [{ role: "user", content: "Please." }];
const WEATHER = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const RULES = [
  ruleFor("rr_weather_read_dev_001", "cap.weather.read", "wrk.host.tool"),
  ruleFor("rr_mail_send_dev_001", "cap.mail.send", "wrk.host.tool", {
    human_required_default: true,
    approval: "confirm",
  }),
];
const CAPABILITIES = { weather: "cap.weather.read", mail: "cap.mail.send", forbidden: "cap.money.move" };

describe.each(SDKS)("governTools in $name", async (sdk) => {
  const scene = await openScene("confirm", RULES);
  afterAll(() => scene.hall.close());

  const govern = (tools: object, options: GovernToolsOptions = { capability: CAPABILITIES }) =>
    governTools(scene.gate, tools as ToolSet, options);
  const generate = (tools: object, turns: readonly Turn[], messages: readonly Message[] = USER) =>
    sdk.ways.generateText({ tools, messages, turns, more: scene.asking(sdk) });
  const weather = (execute: (...args: never[]) => unknown, more: object = {}) =>
    sdk.tool({ description: "The weather.", inputSchema: sdk.jsonSchema(WEATHER), execute, ...more });
  const ask = (id: string, tool = "weather", input: unknown = { city: "Bonn" }) => ({ id, tool, input });

  test("an allowed call runs the tool's own execute, once, on the decided arguments", async () => {
    const execute = vi.fn(async ({ city }: { city: string }) => `rain in ${city}`);
    const tools = await govern({ weather: weather(execute) });
    const told = await generate(tools, [[ask("c1")], "wet"]);
    expect(execute).toHaveBeenCalledOnce();
    expect(execute.mock.calls[0]).toMatchObject([{ city: "Bonn" }, { toolCallId: "c1", messages: USER }]);
    expect(readBy(told, "c1")).toEqual({ type: "text", value: "rain in Bonn" });
    const rows = scene.hall.audit.query({ tool: "weather" });
    expect(rows.map(({ kind }) => kind)).toEqual(["decision", "decision", "pin", "receipt"]); // the first one previews
    expect(rows.map(({ dry_run }) => dry_run)).toEqual([true, false, null, null]);
    expect(rows.at(-1)?.body).toMatchObject({ executed_by: "host" });
  });

  test("every record of a call is found by the SDK's id of it", async () => {
    const tools = await govern(
      { weather: weather(async () => "rain") },
      { capability: "cap.weather.read", origin: "found" },
    );
    await generate(tools, [[ask("found-1")], "wet"]);
    expect(scene.recordsOf("found-1")).toEqual(["preview", "decision", "pin", "receipt"]);
  });

  test("what no rule allows is denied, and doesn't run", async () => {
    const execute = vi.fn(async () => "ran");
    const tools = await govern({ forbidden: weather(execute) });
    const told = await generate(tools, [[ask("c1", "forbidden")], "no"]);
    expect(execute).not.toHaveBeenCalled();
    const given = givenBy(told, "c1");
    expect(given).toMatchObject({ hall: { outcome: "denied" } });
    expect(readBy(told, "c1")).toEqual({
      type: "execution-denied",
      reason: isRefusal(given) ? given.hall.message : "",
    });
  });

  test("arguments that break its schema are denied on the record, and its own reading comes after the decision", async () => {
    const execute = vi.fn(async (input: unknown) => input);
    const schema = z.object({
      city: z.string().default("Bonn"),
      at: z.string().transform((text) => text.length),
    });
    const tools = await govern(
      { weather: sdk.tool({ inputSchema: schema, execute }) },
      { capability: "cap.weather.read", origin: "zod" },
    );
    const told = await generate(tools, [
      [ask("c1", "weather", { at: 7 })],
      [ask("c2", "weather", { at: "noon" })],
      "well",
    ]);
    expect(givenBy(told, "c1")).toMatchObject({ hall: { code: "DENY_INVALID_INPUT" } });
    expect(givenBy(told, "c2")).toEqual({ city: "Bonn", at: 4 });
    expect(execute).toHaveBeenCalledOnce();
  });

  test("a changed definition is denied", async () => {
    const execute = vi.fn(async () => "ran");
    for (const [more, code] of [
      [{}, undefined],
      [{ description: "The weather.\u200b" }, "DENY_DEFINITION_CHANGED"],
      [{ title: "Weather" }, "DENY_DEFINITION_CHANGED"],
      [{ inputSchema: sdk.jsonSchema({ ...WEATHER, required: [] }) }, "DENY_DEFINITION_CHANGED"],
      [{}, undefined],
    ] as const) {
      const tools = await govern(
        { weather: weather(execute, more) },
        { capability: "cap.weather.read", origin: "pins" },
      );
      const told = await generate(tools, [[ask("c1")], "well"]);
      const given = givenBy(told, "c1");
      expect(isRefusal(given) ? given.hall.code : undefined).toBe(code);
    }
    expect(execute).toHaveBeenCalledTimes(2);
  });

  test("a held call runs once after the person's yes, and a replay asks again", async () => {
    const execute = vi.fn(async () => "sent");
    const tools = await govern({ mail: weather(execute) });
    const asked = await generate(tools, [[ask("c1", "mail")]]);
    expect(execute).not.toHaveBeenCalled();
    const yes = answered(asked.messages, true);
    expect(readBy(await generate(tools, ["done"], yes), "c1")).toEqual({ type: "text", value: "sent" });
    expect(readBy(await generate(tools, ["again"], yes), "c1")).toMatchObject({ type: "execution-denied" });
    expect(execute).toHaveBeenCalledOnce();
  });

  test("a tool that wants a person asked gets its way", async () => {
    const execute = vi.fn(async () => "ran");
    const needsApproval = async ({ city }: { city: string }) => city === "Bonn";
    const tools = await govern(
      { weather: weather(execute, { needsApproval }) },
      { capability: "cap.weather.read", origin: "asks" },
    );
    const asked = await generate(tools, [[ask("c1")]]);
    expect(asked.finishReason).toBe("tool-calls");
    expect(execute).not.toHaveBeenCalled();
    await generate(tools, ["done"], answered(asked.messages, true));
    expect(execute).toHaveBeenCalledOnce();
    await generate(tools, [[ask("c2", "weather", { city: "Ulm" })], "done"]);
    expect(execute).toHaveBeenCalledTimes(2);
  });

  test("what it throws is a fault without its words; what it streams is withheld until the end", async () => {
    const tools = await govern({
      weather: weather(async () => {
        throw new Error("hunter2");
      }),
    });
    const told = await generate(tools, [[ask("c1")], "oh"]);
    expect(givenBy(told, "c1")).toMatchObject({ hall: { outcome: "failed", code: "HANDLER_ERROR" } });
    expect(JSON.stringify(told.prompts)).not.toContain("hunter2");

    const streaming = await govern({
      weather: weather(async function* () {
        yield "dra";
        yield "draft";
        yield "final";
      }),
    });
    const streamed = await sdk.ways.streamText({
      tools: streaming,
      messages: USER,
      turns: [[ask("c1")], "well"],
    });
    const results = streamed.parts.filter(({ type }) => type === "tool-result");
    expect(results.map(({ output }) => output)).toEqual(["final"]);
  });

  test("its own words to the model stay; its early hooks are left out", async () => {
    const onInputAvailable = vi.fn();
    const toModelOutput = ({ output }: { output: unknown }) => ({ type: "text", value: `<${output}>` });
    const tools = await govern({ weather: weather(async () => "rain", { onInputAvailable, toModelOutput }) });
    const told = await generate(tools, [[ask("c1")], "wet"]);
    expect(readBy(told, "c1")).toEqual({ type: "text", value: "<rain>" });
    expect(onInputAvailable).not.toHaveBeenCalled();
  });

  test("a call that is aborted before it begins doesn't run the tool", async () => {
    const execute = vi.fn(async () => "ran");
    const { weather: tool } = await govern({ weather: weather(execute) });
    const given = await (
      tool as unknown as { execute: (args: unknown, options: object) => Promise<unknown> }
    ).execute({ city: "Bonn" }, { toolCallId: "c1", messages: [], abortSignal: AbortSignal.abort() });
    expect(isRefusal(given)).toBe(true);
    expect(execute).not.toHaveBeenCalled();
  });

  test("what can't be governed is named, all of it, with the remedy", async () => {
    const wrong = govern({
      clientside: sdk.tool({ inputSchema: sdk.jsonSchema(WEATHER) }),
      searching: { type: "provider", id: "maker.search", args: {}, inputSchema: sdk.jsonSchema({}) },
      moody: weather(async () => 1, { description: () => "it depends" }),
      nameless: weather(async () => 1),
    });
    await expect(wrong).rejects.toThrow(TypeError);
    await expect(wrong).rejects.toThrow(
      /clientside: .*execute.*searching: .*moody: .*nameless: no capability/s,
    );
  });

  test("governed tools pass as they are", async () => {
    const again = await govern(scene.tools, { capability: "cap.weather.read" });
    expect(again["add_note"]).toBe(scene.tools["add_note"]);
    const status = await toolApproval(scene.gate)({
      toolCall: { toolCallId: "c1", toolName: "search_notes", input: { query: "tea" } },
      tools: again,
      messages: [],
    });
    expect(status).toEqual({ type: "not-applicable" });
  });
});
