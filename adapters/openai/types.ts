import type { JsonObject } from "../../src/protocol/canonical.js";

/*
 * OpenAI's words, structurally: no openai package is needed, and any client that speaks these two APIs will do.
 */

/** Chat Completions, or Responses. */
export type Api = "chat" | "responses";

/** A function tool of Chat Completions. */
export type ChatTool = {
  type: "function";
  function: { name: string; description: string; parameters: JsonObject; strict: boolean };
};

/** A function tool of Responses. */
export type ResponsesTool = {
  type: "function";
  name: string;
  description: string;
  parameters: JsonObject;
  strict: boolean;
};

/** A function call in an assistant's message of Chat Completions. */
export type ChatToolCall = {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
};

/** A function call in the output of Responses. */
export type ResponsesToolCall = {
  readonly type: "function_call";
  readonly call_id: string;
  readonly name: string;
  readonly arguments: string;
};

/** The message that answers a ChatToolCall. */
export type ChatToolMessage = {
  role: "tool";
  tool_call_id: string;
  content: string | { type: "text"; text: string }[];
};

/** What a tool may show a model in Responses. */
export type ResponsesContent =
  | { type: "input_text"; text: string }
  | { type: "input_image"; image_url: string; detail: "auto" };

/** The item that answers a ResponsesToolCall. */
export type ResponsesToolOutput = {
  type: "function_call_output";
  call_id: string;
  output: string | ResponsesContent[];
};
