import type { Content } from "./content.js";
import type { Context } from "./context.js";
import type { Given, Json, Parsed, Schema } from "./schema.js";

type Awaitable<T> = T | Promise<T>;

/** What a handler returns: before the output schema's own defaults and transforms. */
export type Answer<Output, Form> = Form extends "content"
  ? Content<ReadOnly<Given<Output>>>
  : ReadOnly<Given<Output>>;

/** The same, also where whoever answers keeps it from changes. */
type ReadOnly<T> = [Json] extends [T] ? T : EachReadOnly<T>;
type EachReadOnly<T> = T extends object ? { readonly [Name in keyof T]: ReadOnly<T[Name]> } : T;

/**
 * A tool as skill.yaml describes it, word for word, save that `handler` is a function and that a schema may be zod 4,
 * zod 3 or JSON Schema. The types of handler and examples follow from the schemas.
 */
export type ToolDefinition<Input extends Schema, Output, Form extends "content" | undefined> = {
  /** `^[a-zA-Z0-9_-]{1,48}$`, unique in a home. */
  readonly name: string;
  readonly description: string;
  /** One of the skill's capabilities. */
  readonly capability: string;
  readonly input_schema: Input;
  readonly output_schema?: Output;
  /** `"content"`: the handler answers blocks, made with `content(...)`; output_schema then describes `structured`. */
  readonly output?: Form;
  readonly handler: (input: Parsed<Input>, context: Context) => Awaitable<Answer<Output, Form>>;
  readonly examples?: readonly {
    readonly name: string;
    /** Files that lie in the data directory before, by name. */
    readonly data?: Readonly<Record<string, string>>;
    readonly input: Given<Input>;
    /** What comes back, exactly. */
    readonly output: Form extends "content" ? Content<Parsed<Output>> : Parsed<Output>;
  }[];
};

/** A tool of any types, as a skill holds it. */
export type AnyTool = {
  readonly name: string;
  readonly description: string;
  readonly capability: string;
  readonly input_schema: Schema;
  readonly handler: (input: never, context: Context) => unknown;
};

/** A skill as skill.yaml describes it, with the same members, defaults and checks (hall.md, A skill). */
export type SkillDefinition = {
  readonly manifest_version?: "1";
  /** `x.<name>` or `org.<name>`: who answers for it. */
  readonly namespace: string;
  readonly name: string;
  /** Three numbers, as "1.2.0". */
  readonly version: string;
  readonly title: string;
  readonly description: string;
  readonly worker: { readonly species: string; readonly id?: string };
  readonly risk_tier: "low" | "medium" | "high" | "critical";
  /** L0 to L8. */
  readonly policy_tier: number;
  readonly capabilities: readonly string[];
  readonly data_labels?: readonly ("PUBLIC" | "INTERNAL" | "RESTRICTED")[];
  readonly allowed_environments: readonly ("dev" | "stage" | "prod" | "edge")[];
  readonly required_controls?: readonly string[];
  readonly currently_implements?: readonly string[];
  readonly blast_radius: Readonly<
    Record<"data" | "network" | "financial" | "time" | "reversibility", number>
  >;
  readonly privilege_envelope: {
    readonly secrets_access: readonly string[];
    readonly network_egress: "none" | "allowlisted" | "broad";
    readonly egress?: { readonly allowlist: readonly string[] };
    readonly filesystem_writes: readonly string[];
    readonly tools: readonly string[];
  };
  readonly limits?: {
    readonly timeout_ms?: number;
    readonly memory_mb?: number;
    readonly output_bytes?: number;
    readonly concurrency?: number;
  };
  readonly attestation_required?: true;
  readonly audit_events?: readonly string[];
  readonly tools: readonly AnyTool[];
};

/** Collects a skill: the default export of a skill.ts. It checks and runs nothing; `hall skill build` does. */
export function defineSkill(skill: SkillDefinition): SkillDefinition {
  return skill;
}

/** Collects a tool, and gives its handler the types that its schemas say. */
export function defineTool<
  const Input extends Schema,
  const Output extends Schema | undefined = undefined,
  const Form extends "content" | undefined = undefined,
>(tool: ToolDefinition<Input, Output, Form>): ToolDefinition<Input, Output, Form> {
  return tool;
}
