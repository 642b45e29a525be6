import { loadForeignValidator } from "../compile/foreignValidator.js";
import { CompileError } from "../compile/problem.js";
import type { JsonObject } from "../protocol/canonical.js";
import type { ForeignDefinition } from "../protocol/foreign.js";
import { governedName } from "../protocol/governedName.js";
import type { Described } from "./reach.js";
import type { OpenHome } from "./workshop.js";

/** A server's tools: those that this home can serve, and why it can't serve the others. */
export type Servable = {
  readonly tools: readonly ForeignDefinition[];
  readonly left_out: readonly LeftOut[];
};

export type LeftOut = { readonly name: string; readonly why: string };

/**
 * Sorts out the tools that clients and models can be given under this Hall's names, and whose schemas can be enforced.
 * One unusable schema would break a client's whole list, so it isn't in it.
 */
export async function servableTools(
  parts: OpenHome,
  origin: string,
  described: Described,
): Promise<Servable> {
  const taken = new Set(parts.skills.all().map(({ name }) => name));
  const tools: ForeignDefinition[] = [];
  const left_out: LeftOut[] = [...described.unusable];
  for (const definition of described.tools.values()) {
    const why = await whyNot(origin, definition, taken);
    if (why === undefined) tools.push(definition);
    else left_out.push({ name: definition.name, why });
  }
  return { tools, left_out };
}

async function whyNot(
  origin: string,
  { name, input_schema, output_schema }: ForeignDefinition,
  taken: ReadonlySet<string>,
): Promise<string | undefined> {
  const governed = governedName(origin, name);
  if (governed === undefined)
    return `${origin}__${name} would be no name for a tool: 1 to 64 of a-z, A-Z, 0-9, _ and -`;
  if (taken.has(governed)) return `an installed skill has a tool named ${governed}`;
  return (
    (await brokenSchema("inputSchema", input_schema)) ??
    (output_schema === null ? undefined : await brokenSchema("outputSchema", output_schema))
  );
}

/** What keeps a schema from being published and enforced. */
async function brokenSchema(which: string, schema: JsonObject): Promise<string | undefined> {
  if (schema["type"] !== "object") return `its ${which} isn't of type object`;
  const { properties = {}, required = [] } = schema;
  if (!isObject(properties) || !Object.values(properties).every(isObject))
    return `its ${which} has a property that isn't described by an object, which MCP clients refuse`;
  if (!Array.isArray(required)) return `its ${which} has a required that isn't a list`;
  try {
    await loadForeignValidator(schema);
    return undefined;
  } catch (error) {
    return `its ${which} can't be enforced: ${reasonOf(error)}`;
  }
}

function reasonOf(error: unknown): string {
  const problem = error instanceof CompileError ? error.problems[0] : undefined;
  if (problem !== undefined) return `${problem.path.join(".") || "the schema"} ${problem.message}`;
  return error instanceof Error ? error.message : "no reason given";
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
