import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { ResultSchema } from "@modelcontextprotocol/sdk/types.js";
import type { JsonObject } from "../../protocol/canonical.js";
import { definitionDigest, type ForeignDefinition, foreignDefinition } from "../../protocol/foreign.js";
import { isObject } from "../message.js";
import { ServerError } from "./serverError.js";

/** What a server says of its tools at one moment. */
export type Described = {
  readonly tools: ReadonlyMap<string, ForeignDefinition>;
  /** Tools that can't be had as they are described, and why. */
  readonly unusable: readonly { readonly name: string; readonly why: string }[];
};

const MAX_PAGES = 200;
const MAX_TOOLS = 2_000;
const LIST_WITHIN_MS = 30_000;

/**
 * All pages of a server's tools/list, read as they came: what a schema of ours would drop is part of the definition,
 * too. Throws ServerError for a server whose pages don't end or aren't pages.
 */
export async function describeTools(client: Client): Promise<Described> {
  const found: unknown[] = [];
  const cursors = new Set<string>();
  for (let cursor: string | undefined; ; ) {
    const params = cursor === undefined ? {} : { cursor };
    const page: Readonly<Record<string, unknown>> = await client.request(
      { method: "tools/list", params },
      ResultSchema,
      { timeout: LIST_WITHIN_MS },
    );
    const { tools, nextCursor } = page;
    if (!Array.isArray(tools)) throw new ServerError("BAD_ANSWER", "its answer to tools/list has no tools");
    found.push(...tools);
    if (found.length > MAX_TOOLS) throw new ServerError("BAD_ANSWER", `it lists over ${MAX_TOOLS} tools`);
    if (nextCursor === undefined || nextCursor === null) return readTools(found);
    if (typeof nextCursor !== "string" || cursors.has(nextCursor) || cursors.size >= MAX_PAGES)
      throw new ServerError("BAD_ANSWER", "its pages of tools don't end");
    cursors.add(nextCursor);
    cursor = nextCursor;
  }
}

/** Tools as a server sent them. A name that two have is neither's: whose call would it be? */
export function readTools(found: readonly unknown[]): Described {
  const tools = new Map<string, ForeignDefinition>();
  const unusable: { name: string; why: string }[] = [];
  const seen = new Set<string>();
  for (const tool of found) {
    const read = readTool(tool);
    const name = typeof read === "string" ? nameOf(tool) : read.name;
    if (seen.has(name)) {
      tools.delete(name);
      unusable.push({ name, why: "the server has two tools of this name" });
    } else if (typeof read === "string") unusable.push({ name, why: read });
    else tools.set(name, read);
    seen.add(name);
  }
  return { tools, unusable };
}

/** One tool's definition, or why it has none. */
function readTool(tool: unknown): ForeignDefinition | string {
  if (!isObject(tool)) return "it isn't an object";
  const { name, title, description, inputSchema, outputSchema, annotations, execution } = tool;
  if (typeof name !== "string" || name === "" || name.length > 256)
    return "its name isn't 1 to 256 characters";
  if (!isTextOrAbsent(title)) return "its title isn't a text";
  if (!isTextOrAbsent(description)) return "its description isn't a text";
  if (!isObject(inputSchema)) return "its inputSchema isn't an object";
  if (!isObjectOrAbsent(outputSchema)) return "its outputSchema isn't an object";
  if (!isObjectOrAbsent(annotations)) return "its annotations aren't an object";
  if (isObject(execution) && execution["taskSupport"] === "required")
    return "it runs as a task only, and tasks aren't served here";
  const definition = foreignDefinition({
    name,
    title,
    description,
    input_schema: inputSchema as JsonObject,
    output_schema: outputSchema as JsonObject | undefined,
    annotations: annotations as JsonObject | undefined,
  });
  try {
    definitionDigest(definition);
    return definition;
  } catch {
    return "it has no canonical text: a lone surrogate, a number that isn't exact, or __proto__";
  }
}

function nameOf(tool: unknown): string {
  const name = isObject(tool) ? tool["name"] : undefined;
  return typeof name === "string" ? name.slice(0, 256).toWellFormed() : "(without a name)";
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function isObjectOrAbsent(value: unknown): boolean {
  return value === undefined || isObject(value);
}
