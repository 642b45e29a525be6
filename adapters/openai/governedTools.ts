import { gateThrough } from "../../src/hall/gateThrough.js";
import type { Gate } from "../../src/hall/types.js";
import type { ToolDefinition } from "../../src/protocol/skill.js";
import { fitsStrict } from "./strict.js";
import type { Api, ChatTool, ResponsesTool } from "./types.js";

/** For which of OpenAI's two APIs; Responses when left out. */
export type GovernedToolsOptions<A extends Api = Api> = { readonly api?: A };

/**
 * The caller's tools as function tools, for `tools` of a request: of Responses, or of Chat Completions where `api` says
 * "chat". A tool is `strict` where its schema lies in the part of JSON Schema that OpenAI takes strictly; the Hall checks
 * every call against the whole schema either way. Run what the model calls with `runToolCall`. Throws
 * TypeError for what is no gate or no API.
 */
export function governedTools(gate: Gate, options: GovernedToolsOptions<"chat">): Promise<ChatTool[]>;
export function governedTools(
  gate: Gate,
  options?: GovernedToolsOptions<"responses">,
): Promise<ResponsesTool[]>;
export async function governedTools(
  gate: Gate,
  { api = "responses" }: GovernedToolsOptions = {},
): Promise<ChatTool[] | ResponsesTool[]> {
  const tools = await gateThrough(gate, "openai").tools();
  if (api === "responses") return tools.map((tool) => ({ type: "function", ...functionOf(tool) }));
  if (api === "chat") return tools.map((tool) => ({ type: "function", function: functionOf(tool) }));
  throw new TypeError(`api: expected "chat" or "responses", not ${JSON.stringify(api)}`);
}

function functionOf({ name, description, input_schema }: ToolDefinition): ChatTool["function"] {
  return { name, description, parameters: input_schema, strict: fitsStrict(input_schema) };
}
