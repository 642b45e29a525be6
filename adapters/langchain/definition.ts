import { toJsonSchema } from "@langchain/core/utils/json_schema";
import type { Json, JsonObject } from "../../src/protocol/canonical.js";
import { type ForeignDefinition, foreignDefinition } from "../../src/protocol/foreign.js";

/** What this adapter reads of a tool of the host's: LangChain's own, an MCP server's, a runnable's. */
export type HostTool = {
  readonly name: string;
  readonly description?: string | undefined;
  readonly schema?: unknown;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  invoke(input: unknown, config?: unknown): Promise<unknown>;
};

/** Tools that a provider runs are plain objects, without an invoke. */
export function isHostTool(tool: unknown): tool is HostTool {
  return (
    typeof tool === "object" &&
    tool !== null &&
    "name" in tool &&
    typeof tool.name === "string" &&
    "invoke" in tool &&
    typeof tool.invoke === "function"
  );
}

/**
 * A tool as its maker describes it: name, description, the hints of an MCP server, and its schema as LangChain shows
 * it to models (zod 4, zod 3 or JSON Schema). The dialect that a converter names isn't part of it, since it says
 * which library wrote the schema. Throws for a schema that JSON can't express.
 */
export function definitionOf({ name, description, schema, metadata }: HostTool): ForeignDefinition {
  return foreignDefinition({
    name,
    description,
    ...(schema === undefined ? {} : { input_schema: inputSchema(schema) }),
    annotations: isObject(metadata?.["annotations"]) ? asJson(metadata["annotations"]) : null,
  });
}

function inputSchema(schema: unknown): JsonObject {
  const { $schema: _, ...meant } = asJson(toJsonSchema(schema as Parameters<typeof toJsonSchema>[0]));
  return meant;
}

/** As it would be sent: without undefined members and a library's own marks. */
function asJson(value: unknown): JsonObject {
  const json = JSON.parse(JSON.stringify(value) ?? "null") as Json;
  if (!isObject(json)) throw new TypeError("a tool's schema or annotations aren't an object");
  return json;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
