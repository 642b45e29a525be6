import type { Json, JsonObject } from "../protocol/canonical.js";
import type { ToolDefinition } from "../protocol/skill.js";
import type { ADAPTERS } from "../protocol/standing.js";
import { beneath, CompileError, type Problem } from "./problem.js";
import { isObject } from "./subschemas.js";
import { checkStructure } from "./toolSchema.js";

export type Platform = (typeof ADAPTERS)[number];

/** One tool in a platform's own words. */
type Render = (tool: ToolDefinition) => JsonObject;

const RENDER: Readonly<Record<Platform, Render>> = {
  // An entry of tools/list.
  mcp: ({ name, title, description, input_schema, output_schema, annotations }) => ({
    name,
    title,
    description,
    inputSchema: input_schema,
    ...(output_schema === null ? {} : { outputSchema: output_schema }),
    annotations,
  }),
  // The fields of `tool(fn, fields)`.
  langchain: ({ name, description, input_schema }) => ({ name, description, schema: input_schema }),
  // A tool of a ToolSet, whose name is its key there; schemas go through `jsonSchema()`.
  "vercel-ai": ({ name, title, description, input_schema, output_schema }) => ({
    name,
    title,
    description,
    inputSchema: input_schema,
    ...(output_schema === null ? {} : { outputSchema: output_schema }),
  }),
  // A function tool. Not strict: OpenAI's strict mode knows a part of JSON Schema only; the Hall checks the whole.
  openai: ({ name, description, input_schema }) => ({
    type: "function",
    name,
    description,
    parameters: input_schema,
    strict: false,
  }),
};

/** A skill's tools in one platform's words, in the manifest's order. */
export function renderTools(
  platform: Platform,
  definitions: readonly ToolDefinition[],
): readonly JsonObject[] {
  return definitions.map(RENDER[platform]);
}

/** Where each platform's definitions carry schemas. */
const SCHEMAS: Readonly<Record<Platform, readonly string[]>> = {
  mcp: ["inputSchema", "outputSchema"],
  langchain: ["schema"],
  "vercel-ai": ["inputSchema", "outputSchema"],
  openai: ["parameters"],
};

/**
 * Checks a platform's definitions as that platform reads them: names, descriptions, schemas. Throws CompileError; with a
 * checked manifest that means an error of ours, and a skill with it must not be published.
 */
export function checkTools(platform: Platform, tools: readonly Json[]): void {
  const problems = tools.flatMap((tool, i) => beneath([platform, i], checkTool(platform, tool)));
  if (problems.length > 0) throw new CompileError("A definition is malformed", problems);
}

function checkTool(platform: Platform, tool: Json): Problem[] {
  if (!isObject(tool)) return [{ path: [], message: "isn't an object", remedy: "Build the skill again" }];
  const { name, description } = tool;
  const problems = SCHEMAS[platform].flatMap((member) =>
    tool[member] === undefined && member === "outputSchema"
      ? []
      : beneath([member], checkStructure(tool[member], "input")),
  );
  if (typeof name !== "string" || !/^[a-zA-Z0-9_-]{1,48}$/.test(name)) {
    problems.push({
      path: ["name"],
      message: "isn't a tool's name",
      remedy: "Use 1 to 48 of a-z, A-Z, 0-9, _ and -",
    });
  }
  if (typeof description !== "string" || description === "") {
    problems.push({ path: ["description"], message: "is missing", remedy: "Describe the tool" });
  }
  return problems;
}
