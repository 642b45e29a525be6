import { CreateMessageRequestParamsSchema } from "@modelcontextprotocol/sdk/types.js";
import { type Ask, type AskAnswer, type Asker, unavailable } from "../protocol/ask.js";
import type { JsonObject } from "../protocol/canonical.js";
import { isShownAsItIs, shownWhole } from "../protocol/shown.js";
import type { Extra } from "./extra.js";
import { parseForm, readFilled } from "./form.js";
import type { Peer } from "./peer.js";

const MAX_MESSAGE = 4_000;
const MAX_TOKENS = 16_384;

/** Answers what a running handler asks of its caller: this session's person by a form, its model by sampling. */
export function answerAsk(
  peer: Peer,
  extra: Extra,
  ms: number,
): (ask: Ask, by: Asker, signal: AbortSignal) => Promise<AskAnswer> {
  return async ({ kind, params }, by, signal) => {
    const waiting = { extra, signal, ms };
    try {
      return await (kind === "elicit" ? elicit(peer, params, by, waiting) : sample(peer, params, waiting));
    } catch {
      return unavailable(kind, "the client gave no answer");
    }
  };
}

type Waiting = Parameters<Peer["form"]>[2];

async function elicit(peer: Peer, params: JsonObject, by: Asker, waiting: Waiting): Promise<AskAnswer> {
  const { message, schema } = params;
  if (!peer.can.form) return unavailable("elicit", "this client shows its person no forms");
  if (typeof message !== "string" || message.length > MAX_MESSAGE) {
    return unavailable("elicit", `message must be a text of at most ${MAX_MESSAGE} characters`);
  }
  const form = parseForm(schema);
  if (typeof form === "string") return unavailable("elicit", form);
  const { action, content } = await peer.form(saidBy(by, message), form, waiting);
  if (action !== "accept") return { answer: action, value: { action } };
  const filled = readFilled(form, content);
  return filled === undefined
    ? unavailable("elicit", "what the person filled in doesn't fit the form")
    : { answer: "accept", value: { action, content: filled } };
}

/** Whose words they are comes first, so that no tool speaks for the Hall or for another one. */
function saidBy({ tool, title, skill_id }: Asker, message: string): string {
  const lines = isShownAsItIs(message) ? message : message.split("\n").map(shownWhole).join("\n");
  return `${shownWhole(title)} (tool ${shownWhole(tool)} of ${shownWhole(skill_id)}) asks:\n\n${lines}`;
}

async function sample(peer: Peer, params: JsonObject, waiting: Waiting): Promise<AskAnswer> {
  if (!peer.can.sample) return unavailable("sample", "this client lends no model");
  const parsed = CreateMessageRequestParamsSchema.safeParse(params);
  if (!parsed.success) return unavailable("sample", "params aren't those of MCP's sampling/createMessage");
  const { messages, maxTokens, systemPrompt, temperature, stopSequences, modelPreferences } = parsed.data;
  if (maxTokens < 1 || maxTokens > MAX_TOKENS) {
    return unavailable("sample", `maxTokens must be 1 to ${MAX_TOKENS}`);
  }
  // Neither tools nor another server's context: a handler that could ask for them would act beside the gate.
  const asked = {
    messages,
    maxTokens,
    ...(systemPrompt === undefined ? {} : { systemPrompt }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(stopSequences === undefined ? {} : { stopSequences }),
    ...(modelPreferences === undefined ? {} : { modelPreferences }),
  };
  const { role, content, model, stopReason } = await peer.sample(asked, waiting);
  const value = { role, content, model, ...(stopReason === undefined ? {} : { stopReason }) };
  return { answer: "answered", value: JSON.parse(JSON.stringify(value)) };
}
