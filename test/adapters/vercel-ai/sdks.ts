import * as ai7 from "ai";
import { convertArrayToReadableStream, MockLanguageModelV4 } from "ai/test";
import * as ai6 from "ai6";
import { MockLanguageModelV3 } from "ai6/test";

/*
 * ai 6 and ai 7 behind one face, so that every story is told on both: a scripted model, and the three ways to run it.
 */

/** One turn of the model: the calls that it makes, or what it says. */
export type Turn = string | readonly Call[];
export type Call = { readonly id: string; readonly tool: string; readonly input: unknown };

export type Message = { readonly role: string; readonly content: unknown };
export type Part = { readonly type: string; readonly [member: string]: unknown };

export type Story = {
  readonly tools: object;
  readonly messages: readonly Message[];
  readonly turns: readonly Turn[];
  readonly more?: object & { readonly abortSignal?: AbortSignal };
};

/** What came of a run. */
export type Told = {
  /** The parts of all steps, or of the stream. */
  readonly parts: readonly Part[];
  /** The conversation afterwards, as a client would keep it. */
  readonly messages: readonly Message[];
  /** What the model was shown, turn by turn. */
  readonly prompts: readonly (readonly Message[])[];
  readonly finishReason: string;
};

export type Sdk = {
  readonly name: string;
  /** ai 7 asks about any call at call level; ai 6 only through the tools. */
  readonly hasToolApproval: boolean;
  readonly tool: (definition: object) => object;
  readonly jsonSchema: (schema: object, options?: object) => object;
  readonly convertToModelMessages: (
    messages: readonly object[],
    options: object,
  ) => Promise<readonly Message[]>;
  readonly ways: Readonly<
    Record<"generateText" | "streamText" | "ToolLoopAgent", (story: Story) => Promise<Told>>
  >;
};

type Library = {
  generateText(options: object): Promise<Run>;
  streamText(options: object): Streaming;
  ToolLoopAgent: new (options: object) => { generate(options: object): Promise<Run> };
  stepCountIs(count: number): unknown;
  tool: Sdk["tool"];
  jsonSchema: Sdk["jsonSchema"];
  convertToModelMessages: Sdk["convertToModelMessages"];
};
type Run = {
  readonly content: readonly Part[];
  readonly steps: readonly { readonly content: readonly Part[] }[];
  readonly finishReason: string;
  readonly response: { readonly messages: readonly Message[] };
  readonly responseMessages?: readonly Message[];
};
type Streaming = {
  readonly fullStream: AsyncIterable<Part>;
  readonly finishReason: PromiseLike<string>;
  readonly response: PromiseLike<Run["response"]>;
  readonly responseMessages?: PromiseLike<readonly Message[]>;
};
type Model = { readonly doGenerateCalls: readonly Prompted[]; readonly doStreamCalls: readonly Prompted[] };
type Prompted = { readonly prompt: readonly Message[] };
type ModelClass = new (options: object) => Model;

function sdkOf(name: string, library: Library, Model: ModelClass, hasToolApproval: boolean): Sdk {
  const STEPS = 6;
  const script = (turns: readonly Turn[]) => {
    const [generated, streamed] = [turns.values(), turns.values()];
    return new Model({
      doGenerate: async () => generateTurn(next(generated)),
      doStream: async () => ({ stream: convertArrayToReadableStream(streamTurn(next(streamed))) }),
    });
  };
  const settings = ({ tools, more = {} }: Story, model: Model) => ({
    model,
    tools,
    stopWhen: library.stepCountIs(STEPS),
    ...more,
  });
  const told = (story: Story, model: Model, run: Run): Told => ({
    parts: run.steps.flatMap((step) => step.content),
    messages: afterwards(story, run.response.messages),
    prompts: model.doGenerateCalls.map(({ prompt }) => prompt),
    finishReason: run.finishReason,
  });
  const { tool, jsonSchema, convertToModelMessages } = library;
  return {
    name,
    hasToolApproval,
    tool,
    jsonSchema,
    convertToModelMessages,
    ways: {
      async generateText(story) {
        const model = script(story.turns);
        const run = await library.generateText({ ...settings(story, model), messages: story.messages });
        return told(story, model, run);
      },
      async ToolLoopAgent(story) {
        const model = script(story.turns);
        const agent = new library.ToolLoopAgent(settings(story, model));
        return told(
          story,
          model,
          await agent.generate({ messages: story.messages, abortSignal: story.more?.abortSignal }),
        );
      },
      async streamText(story) {
        const model = script(story.turns);
        const run = library.streamText({
          ...settings(story, model),
          messages: story.messages,
          onError: () => {},
        });
        const parts: Part[] = [];
        for await (const part of run.fullStream) parts.push(part);
        const failure = parts.find(({ type }) => type === "error");
        if (failure !== undefined) throw failure["error"];
        if (parts.some(({ type }) => type === "abort"))
          throw new DOMException("the run was aborted", "AbortError");
        return {
          parts,
          messages: afterwards(story, (await run.response).messages),
          prompts: model.doStreamCalls.map(({ prompt }) => prompt),
          finishReason: await run.finishReason,
        };
      },
    },
  };
}

function next(turns: Iterator<Turn>): Turn {
  const { value, done } = turns.next();
  if (done === true) throw new Error("the script has no more turns");
  return value;
}

/** The conversation as a client keeps it: through JSON. */
function afterwards({ messages }: Story, more: readonly Message[]): readonly Message[] {
  return JSON.parse(JSON.stringify([...messages, ...more])) as readonly Message[];
}

const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };

function reasonFor(turn: Turn) {
  return { unified: typeof turn === "string" ? "stop" : "tool-calls", raw: undefined };
}

function callParts(turn: readonly Call[]) {
  return turn.map(({ id, tool, input }) => ({
    type: "tool-call",
    toolCallId: id,
    toolName: tool,
    input: typeof input === "string" ? input : JSON.stringify(input),
  }));
}

function generateTurn(turn: Turn) {
  const content = typeof turn === "string" ? [{ type: "text", text: turn }] : callParts(turn);
  return { content, finishReason: reasonFor(turn), usage, warnings: [] };
}

function streamTurn(turn: Turn): object[] {
  const parts =
    typeof turn === "string"
      ? [
          { type: "text-start", id: "t" },
          { type: "text-delta", id: "t", delta: turn },
          { type: "text-end", id: "t" },
        ]
      : callParts(turn);
  return [
    { type: "stream-start", warnings: [] },
    ...parts,
    { type: "finish", finishReason: reasonFor(turn), usage },
  ];
}

export const SDKS: readonly Sdk[] = [
  sdkOf("ai 6", ai6 as unknown as Library, MockLanguageModelV3 as unknown as ModelClass, false),
  sdkOf("ai 7", ai7 as unknown as Library, MockLanguageModelV4 as unknown as ModelClass, true),
];

export const WAYS = ["generateText", "streamText", "ToolLoopAgent"] as const;

/** The same history with a person's answer to each request that it ends with. */
export function answered(messages: readonly Message[], isYes: boolean, reason?: string): readonly Message[] {
  const requests = (messages.at(-1)?.role === "assistant" ? [messages.at(-1)] : messages.slice(-2)).flatMap(
    (message) =>
      ((message?.content ?? []) as readonly Part[]).filter(({ type }) => type === "tool-approval-request"),
  );
  const content = requests.map(({ approvalId }) => ({
    type: "tool-approval-response",
    approvalId,
    approved: isYes,
    ...(reason === undefined ? {} : { reason }),
  }));
  const last = messages.at(-1);
  // Results of the calls that needed no answer stand in the same tool message.
  if (last?.role === "tool")
    return [...messages.slice(0, -1), { ...last, content: [...(last.content as Part[]), ...content] }];
  return [...messages, { role: "tool", content }];
}

/** What the model read of a tool call. */
export function readBy(told: Told, toolCallId: string): unknown {
  const parts = (told.prompts.at(-1) ?? []).flatMap(
    ({ content }) => (Array.isArray(content) ? content : []) as Part[],
  );
  return parts.find((part) => part.type === "tool-result" && part["toolCallId"] === toolCallId)?.["output"];
}

/** The value that a governed tool gave the program. */
export function givenBy(told: Told, toolCallId: string): unknown {
  return told.parts.findLast((part) => part.type === "tool-result" && part["toolCallId"] === toolCallId)?.[
    "output"
  ];
}
