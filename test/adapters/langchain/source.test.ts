import { tool } from "langchain";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import type { HostTool } from "../../../adapters/langchain/definition.js";
import { receiptOf } from "../../../adapters/langchain/index.js";
import { describeWith, type Sources } from "../../../adapters/langchain/source.js";
import { asked, makeAgent, modelThatCalls, toolMessages } from "./agent.js";
import { openBench } from "./bench.js";

const toolWith = (schema: unknown) =>
  tool(() => "", { name: "send", description: "Send.", schema: schema as never }) as unknown as HostTool;
const SEND = toolWith(z.object({ to: z.string() }));
const capabilities = { send: "cap.mail.send" };
const fail = () => {
  throw new Error("no such list");
};

describe("a host's tool", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("is described by its own and the program's word", () => {
    const onProblem = vi.fn();
    const said: Sources = { capabilities: ({ name }) => `cap.mail.${name}`, origin: () => "post", onProblem };
    expect(describeWith(said)(SEND)).toMatchObject({
      definition: { name: "send" },
      capability: "cap.mail.send",
      origin: "post",
    });
    expect(onProblem).not.toHaveBeenCalled();
  });

  test.each<[string, Sources, HostTool, RegExp]>([
    ["no capabilities", {}, SEND, /no capability .*have capabilities give one: \{ "send": "cap\.…" \}/],
    ["none for it", { capabilities: { mail: "cap.mail.send" } }, SEND, /no capability is named/],
    ["capabilities that give nothing", { capabilities: () => undefined }, SEND, /no capability is named/],
    ["no text", { capabilities: (async () => "cap.mail.send") as never }, SEND, /no capability is named/],
    ["capabilities that throw", { capabilities: fail }, SEND, /capabilities threw .*\(no such list\)/],
    ["an origin that throws", { capabilities, origin: fail }, SEND, /origin threw .*\(no such list\)/],
    ["an origin that is no text", { capabilities, origin: (() => 7) as never }, SEND, /origin gives no text/],
    [
      "a schema that JSON can't say",
      { capabilities },
      toolWith(z.object({ at: z.date() })),
      /its schema .*give it a schema that can \(.+\)/,
    ],
  ])("with %s isn't, and the program hears why, once", (_what, sources, it, problem) => {
    const onProblem = vi.fn();
    const describe = describeWith({ ...sources, onProblem });
    expect(describe(it)).toBeUndefined();
    expect(describe(it)).toBeUndefined();
    expect(onProblem).toHaveBeenCalledOnce();
    expect(onProblem.mock.calls[0]?.[0]).toMatch(/^send is denied: /);
    expect(onProblem.mock.calls[0]?.[0]).toMatch(problem);
  });

  test("is warned of where nobody else listens", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    describeWith({})(SEND);
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/governanceMiddleware: send is denied: no cap/)],
    ]);
  });

  test("is denied all the same where the listener throws", () => {
    expect(describeWith({ onProblem: fail })(SEND)).toBeUndefined();
  });
});

describe("in an agent", async () => {
  const { hall, host, govern } = await openBench();
  afterAll(() => hall.close());

  test("the model and the record are told nothing of it", async () => {
    const onProblem = vi.fn();
    const agent = makeAgent({
      model: modelThatCalls([{ name: "send_mail", args: { to: "ann" } }]),
      tools: [host.sendMail],
      middleware: [govern({ capabilities: fail, onProblem })],
    });
    const result = await agent.invoke(asked());
    expect(onProblem).toHaveBeenCalledOnce();
    const [message] = toolMessages(result);
    expect(message?.content).toMatch(/^DENIED DENY_UNKNOWN_SKILL: There is no such tool for this caller/);
    const rows = hall.audit.query({ id: (message && receiptOf(message)?.record_id) ?? "" });
    expect(rows).toMatchObject([{ kind: "decision", code: "DENY_UNKNOWN_SKILL" }]);
    expect(JSON.stringify([result.messages, rows])).not.toMatch(/no such list|capabilities/);
  });
});
