import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { Json } from "../../protocol/canonical.js";
import type { ContentBlock } from "../../protocol/content.js";
import type { Outcome } from "../../protocol/outcome.js";

/** What is committed to of a foreign result: all that reaches the caller. */
export function resultOf({ content, structuredContent, isError }: CallToolResult): unknown {
  return { content, structured: structuredContent ?? null, is_error: isError === true };
}

/** What the accepted output schema describes; a result that says that it failed needs none (MCP, tools/call). */
export function structuredOf({ structuredContent, isError }: CallToolResult): unknown {
  return isError === true ? structuredContent : (structuredContent ?? null);
}

/** The outcome of a guarded call as that of any tool: its blocks, and as output the structured part. */
export function answerOf(outcome: Outcome<CallToolResult>): Outcome<Json> {
  if (outcome.kind !== "done") return outcome;
  const { content, structuredContent, isError } = outcome.output;
  return Object.freeze({
    ...outcome,
    output: (structuredContent ?? null) as Json,
    content: content as unknown as readonly ContentBlock[], // the SDK has read them by MCP's own schema
    ...(isError === true ? { is_error: true as const } : {}),
  });
}
