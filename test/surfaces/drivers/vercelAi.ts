import {
  governedTools,
  governTools,
  isRefusal,
  recordRefusals,
  toolApproval,
} from "../../../adapters/vercel-ai/index.js";
import type { Json } from "../../../src/protocol/canonical.js";
import { answered, givenBy, readBy, SDKS, type Sdk, type Told } from "../../adapters/vercel-ai/sdks.js";
import type { HostTool } from "../host.js";
import type { Person, Stage } from "../stage.js";
import { type Ask, afterReceipt, type Seen, type Surface } from "../surface.js";
import { cannotCallListed, cannotSay, UNLISTED } from "./langchainTools.js";

const user = { role: "user", content: "please" };

/** One turn of the model with these calls, and a second run where a person answers. */
async function converse(
  sdk: Sdk,
  stage: Stage,
  tools: object,
  asks: readonly Ask[],
): Promise<readonly Seen[]> {
  const [{ person, answer, signal, correlationId }] = asks as readonly [Ask];
  const gate = stage.gate(person);
  const more = {
    ...(sdk.hasToolApproval ? { toolApproval: toolApproval(gate) } : {}),
    ...(signal && { abortSignal: signal }),
  };
  const calls = asks.map((ask) => ({ id: ask.correlationId, tool: ask.tool, input: ask.args }));
  let told = await sdk.ways.generateText({ tools, messages: [user], turns: [calls, "done"], more });
  if (answer !== undefined && isAsked(told, correlationId)) {
    const messages = answered(told.messages, answer === "yes");
    await recordRefusals(tools as Readonly<Record<string, unknown>>, messages as never);
    told = await sdk.ways.generateText({ tools, messages, turns: ["done"], more });
    return [answer === "no" ? REFUSED : seenRead(readBy(told, correlationId))];
  }
  return calls.map(({ id }) => (isAsked(told, id) ? HELD : seenFrom(givenBy(told, id))));
}

/** What the SDK itself shows of a call that waits: a request, without the Hall's words. */
const HELD: Seen = { kind: "held", code: undefined, output: undefined, text: undefined };
/** The SDK tells a no to the model in its own words; the Hall's denial stands in the ledger. */
const REFUSED: Seen = {
  kind: "denied",
  code: "DENY_APPROVAL_REFUSED",
  output: undefined,
  text: undefined,
};

function isAsked(told: Told, toolCallId: string): boolean {
  return told.parts.some((part) => {
    if (part.type !== "tool-approval-request") return false;
    return (part["toolCall"] as { readonly toolCallId: string }).toolCallId === toolCallId;
  });
}

function seenFrom(given: unknown): Seen {
  if (given === undefined) throw new Error("the SDK itself refused the call");
  if (!isRefusal(given)) return { kind: "done", code: null, output: given as Json, text: undefined };
  const { outcome: kind, code, message: text } = given.hall;
  return { kind, code, output: undefined, text };
}

/** What the model read: all that is left of a call that ran at the start of a second run. */
function seenRead(read: unknown): Seen {
  const { type, value } = (read ?? {}) as { readonly type?: string; readonly value?: Json };
  return type === "json" ? { kind: "done", code: null, output: value, text: undefined } : HELD;
}

const shared = { adapter: "vercel-ai", correlates: true, previews: true } as const;

function orCancelled(stage: Stage, ask: Ask, run: () => Promise<readonly Seen[]>): Promise<Seen> {
  const since = stage.place();
  return run().then(
    async ([seen]) => (ask.signal?.aborted ? afterReceipt(stage, since) : (seen as Seen)),
    (error: unknown) => {
      if (ask.signal?.aborted) return afterReceipt(stage, since);
      throw error;
    },
  );
}

const own = (sdk: Sdk): Surface => ({
  ...shared,
  name: `${sdk.name}, governedTools`,
  skips: { "policy not applied": UNLISTED, "unknown tool": UNLISTED },
  cannotCall: cannotCallListed,
  open(stage) {
    const known = new Map<Person, ReturnType<typeof governedTools>>();
    const run = async (asks: readonly Ask[]) => {
      const person = asks[0]?.person ?? "ann";
      const tools = known.get(person) ?? governedTools(stage.gate(person));
      known.set(person, tools);
      return converse(sdk, stage, await tools, asks);
    };
    return { call: (ask) => orCancelled(stage, ask, () => run([ask])), callAll: run };
  },
});

const foreign = (sdk: Sdk): Surface => ({
  ...shared,
  name: `${sdk.name}, governTools`,
  cannotCall: cannotSay,
  open(stage, tools) {
    const run = async (asks: readonly Ask[]) => {
      const [{ person, tool: name }] = asks as readonly [Ask];
      const host = tools[name];
      if (host === undefined) throw new Error(`no tool ${name}`);
      const governed = await governTools(stage.gate(person), { [host.name]: sdkTool(sdk, host) } as never, {
        capability: host.capability,
      });
      return converse(
        sdk,
        stage,
        governed,
        asks.map((ask) => ({ ...ask, tool: host.name })),
      );
    };
    return { call: (ask) => orCancelled(stage, ask, () => run([ask])), callAll: run };
  },
});

function sdkTool(sdk: Sdk, { description, input_schema, run }: HostTool): object {
  return sdk.tool({
    description,
    inputSchema: sdk.jsonSchema(input_schema),
    execute: (args: Json, { abortSignal }: { readonly abortSignal: AbortSignal }) => run(args, abortSignal),
  });
}

export const vercelAiOwn: readonly Surface[] = SDKS.map(own);
export const vercelAiForeign: readonly Surface[] = SDKS.map(foreign);
