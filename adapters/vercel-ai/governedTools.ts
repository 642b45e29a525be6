import { jsonSchema, type ToolSet } from "ai";
import { gateThrough } from "../../src/hall/gateThrough.js";
import type { Gate } from "../../src/hall/types.js";
import type { ToolDefinition } from "../../src/protocol/skill.js";
import type { Way } from "./asking.js";
import { type AnyTool, type GovernOptions, governedTool } from "./governed.js";
import { modelOutputWith } from "./modelOutput.js";

/**
 * The tools that this gate lists now, for generateText, streamText and ToolLoopAgent of ai 6 and 7. A tool gives its
 * output, or a {@link Refusal} that the model reads as execution-denied; it never throws for policy. A held call is
 * asked about with the SDK's tool approval; the call itself is decided when it runs, whatever was answered. Records
 * name the SDK's `toolCallId` as correlation_id. Throws TypeError for what is no gate.
 */
export async function governedTools(gate: Gate, options: GovernOptions = {}): Promise<ToolSet> {
  const ours = gateThrough(gate, "vercel-ai");
  const definitions = await ours.tools();
  return Object.fromEntries(
    definitions.map((definition) => [definition.name, toolOf(ours, definition, options)]),
  );
}

function toolOf(gate: Gate, definition: ToolDefinition, options: GovernOptions): AnyTool {
  const { name, title, description, input_schema, skill_id, version, capability_id } = definition;
  const way: Way = {
    call: (args, asked) => gate.invoke(name, args, asked),
    preview: (args, asked) => gate.invoke(name, args, asked),
  };
  const shape = {
    title,
    description,
    inputSchema: publishedSchema(input_schema),
    metadata: { hall: { skill_id, version, capability_id } },
    toModelOutput: modelOutputWith(undefined),
  };
  return governedTool(shape, way, options);
}

/**
 * The schema as the provider and the model get it. Its `validate` lets every argument through, because a call that the
 * SDK finds invalid never reaches `execute`: it would leave no decision and no record. The gate holds the arguments
 * against this same schema, says which members are wrong, and records that it did.
 */
export function publishedSchema(schema: object) {
  return jsonSchema<unknown>(schema, { validate: (value) => ({ success: true, value }) });
}
