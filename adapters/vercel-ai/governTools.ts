import { asSchema, type ToolSet } from "ai";
import { gateThrough } from "../../src/hall/gateThrough.js";
import type { Gate } from "../../src/hall/types.js";
import type { JsonObject } from "../../src/protocol/canonical.js";
import { type ForeignDefinition, foreignDefinition } from "../../src/protocol/foreign.js";
import type { CallOptions, Way } from "./asking.js";
import { type AnyTool, type GovernOptions, governedOf, governedTool } from "./governed.js";
import { publishedSchema } from "./governedTools.js";
import { modelOutputWith } from "./modelOutput.js";

export type GovernToolsOptions = GovernOptions & {
  /** What is asked of the operator's rules: one capability for all tools, or one for each tool by its name. */
  readonly capability: string | Readonly<Record<string, string>>;
  /** Where the tools come from: a server's name in the policy's config. The host's own program when left out. */
  readonly origin?: string;
};

type Schema = ReturnType<typeof asSchema>;

/**
 * Governs tools that the Hall doesn't hold, of any origin: each call is decided and recorded before the tool's own
 * `execute` runs here, once. A tool is known by its name, title, description and input schema; what isn't the accepted
 * definition is denied. Governed tools pass as they are.
 *
 * A tool's results are given when the receipt is written, so preliminary ones are withheld; its `onInput…` hooks run
 * before any decision and are left out. Throws a TypeError that names every tool which can't be governed, and why, and one
 * for what is no gate.
 */
export async function governTools(gate: Gate, tools: ToolSet, options: GovernToolsOptions): Promise<ToolSet> {
  const ours = gateThrough(gate, "vercel-ai");
  const problems = Object.entries(tools).flatMap(([name, tool]) => {
    const problem = problemOf(name, tool, options);
    return problem === undefined ? [] : [`${name}: ${problem}`];
  });
  if (problems.length > 0) throw new TypeError(`governTools can't govern\n  ${problems.join("\n  ")}`);
  const entries = Object.entries(tools).map(
    async ([name, tool]) =>
      [name, governedOf(tool) === undefined ? await wrap(ours, name, tool, options) : tool] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Why a tool can't be governed, with the remedy. */
function problemOf(name: string, tool: AnyTool, options: GovernToolsOptions): string | undefined {
  if (governedOf(tool) !== undefined) return undefined;
  if (tool.type === "provider")
    return "it is the provider's own; leave it out, or put a tool with an execute in its place";
  if (typeof tool.execute !== "function")
    return "it has no execute here to govern; give it one, or leave it out";
  if (typeof tool.description === "function")
    return "its description is a function, which can't be pinned; give it a text";
  if (capabilityOf(name, options) === undefined)
    return `no capability is named for it; add capability: { ${JSON.stringify(name)}: "cap.…" }`;
  return undefined;
}

function capabilityOf(name: string, { capability }: GovernToolsOptions): string | undefined {
  if (typeof capability === "string") return capability;
  return Object.hasOwn(capability, name) ? capability[name] : undefined;
}

async function wrap(gate: Gate, name: string, tool: AnyTool, options: GovernToolsOptions): Promise<AnyTool> {
  const schema = asSchema(tool.inputSchema);
  const definition = await definitionOf(name, tool, schema);
  const guarded = {
    definition,
    capability: capabilityOf(name, options) ?? "",
    ...(options.origin === undefined ? {} : { origin: options.origin }),
  };
  const way: Way = {
    call: (args, asked, execution) =>
      gate.guard({ ...guarded, args, options: asked }, async (decided, signal) => {
        signal.throwIfAborted();
        return lastOf(
          tool.execute?.(await parsed(schema, decided), { ...execution, abortSignal: signal } as never),
        );
      }),
    preview: (args, asked) => gate.guard({ ...guarded, args, options: asked }, () => null),
    asksItself: (args, execution) => asksItself(tool, schema, args, execution),
  };
  const { onInputStart: _start, onInputDelta: _delta, onInputAvailable: _available, ...kept } = tool;
  const shape = {
    ...kept,
    inputSchema: publishedSchema(definition.input_schema),
    toModelOutput: modelOutputWith(tool.toModelOutput),
  };
  return governedTool(shape, way, options);
}

async function definitionOf(
  name: string,
  { title, description }: AnyTool,
  schema: Schema,
): Promise<ForeignDefinition> {
  const input_schema = JSON.parse(JSON.stringify(await schema.jsonSchema)) as JsonObject;
  const text = typeof description === "string" ? description : null;
  return foreignDefinition({ name, title, description: text, input_schema });
}

/** The decided arguments as the tool's own schema reads them: with its defaults and transformations. */
async function parsed(schema: Schema, args: unknown): Promise<unknown> {
  if (schema.validate === undefined) return args;
  const validated = await schema.validate(args);
  if (!validated.success) throw validated.error;
  return validated.value;
}

async function asksItself(
  tool: AnyTool,
  schema: Schema,
  args: unknown,
  options: CallOptions,
): Promise<boolean> {
  const { needsApproval = false } = tool;
  if (typeof needsApproval === "boolean") return needsApproval;
  let input: unknown;
  try {
    input = await parsed(schema, args);
  } catch {
    return false; // it can't run on these, so there is nothing to ask
  }
  return needsApproval(input, options as never);
}

/** What a tool answers in the end, also one that streams. */
async function lastOf(result: unknown): Promise<unknown> {
  if (!isAsyncIterable(result)) return result;
  let last: unknown;
  for await (const value of result) last = value;
  return last;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
