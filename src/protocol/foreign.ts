import { z } from "zod";
import { canonicalBytes, type Json, type JsonObject, sha256Hex } from "./canonical.js";
import { CapabilityIdSchema, type NamespaceSchema, SkillNameSchema, SpeciesIdSchema } from "./ids.js";
import { RiskTierSchema } from "./request.js";
import { keysAt } from "./schemaAt.js";

/*
 * Tools whose code the Hall doesn't hold: an MCP server's, a framework's, a function of the host's program. Each call
 * of one goes through `guard`, and its definition is pinned by digest (hall.md, The gate, by construction).
 */

/** The worker species of code that the host runs; a rule allows foreign tools by naming it. */
export const HOST_SPECIES = "wrk.host.tool";

/** Where a foreign tool comes from when nobody says: the host's own program. */
export const HOST_ORIGIN = "host";

/** A foreign tool as its maker describes it, every member present (formats.md, definition_digest). */
export type ForeignDefinition = {
  readonly annotations: JsonObject | null;
  readonly description: string | null;
  readonly input_schema: JsonObject;
  readonly name: string;
  readonly output_schema: JsonObject | null;
  readonly title: string | null;
};

/** H("wcp-hall/definition/1\n" JCS of the definition). Throws CanonicalError for one that has no canonical text. */
export function definitionDigest(definition: ForeignDefinition): string {
  const { annotations, description, input_schema, name, output_schema, title } = definition;
  const whole = { annotations, description, input_schema, name, output_schema, title };
  return sha256Hex("wcp-hall/definition/1\n", canonicalBytes(whole));
}

const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  { error: "expected an object" },
);

export const ForeignDefinitionSchema = z.strictObject({
  annotations: jsonObject.nullable(),
  description: z.string().nullable(),
  input_schema: jsonObject,
  name: z.string().min(1).max(256),
  output_schema: jsonObject.nullable(),
  title: z.string().nullable(),
});

/** A foreign tool that an operator accepted: an entry of `.hall/tools.json`, and of the policy document's config. */
export const PinnedToolSchema = z.strictObject({
  /** The server's name in config.servers, or `host`. */
  origin: SkillNameSchema,
  capability: CapabilityIdSchema,
  definition: ForeignDefinitionSchema,
  /** What may differ from the accepted definition without a new acceptance; text is what only people and models read. */
  accept: z.enum(["exact", "text"]).default("exact"),
  risk_tier: RiskTierSchema.default("medium"),
  species: SpeciesIdSchema.default(HOST_SPECIES),
});
export type PinnedTool = z.infer<typeof PinnedToolSchema>;

/** `.hall/tools.json`: the foreign tools that an operator accepted, part of the policy once applied. */
export const ToolsFileSchema = z.strictObject({
  $schema: z.string().optional(),
  tools: z
    .array(PinnedToolSchema)
    .max(2_000)
    .superRefine((tools, context) => {
      const seen = new Map<string, number>();
      tools.forEach(({ origin, definition }, i) => {
        const key = `${origin}/${definition.name}`;
        const first = seen.get(key);
        if (first === undefined) seen.set(key, i);
        else context.addIssue({ code: "custom", path: [i], message: `${key} stands at tools.${first} too` });
      });
    }),
});

/** The keys that tools.json may have at a path, or none where it isn't an object of ours. */
export function toolsFileKeys(path: readonly PropertyKey[]): readonly string[] {
  return keysAt(ToolsFileSchema, path);
}

const ENV_NAME = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, { error: "expected a variable's name" });

/** An MCP server whose tools this Hall governs: a command to start, or a URL. */
export const ServerSchema = z.union([
  z.strictObject({
    command: z.string().min(1).max(4096),
    args: z.array(z.string().max(4096)).max(100).default([]),
    /** Names of variables that the child gets from this Hall's environment. Nothing else is handed on. */
    env: z.array(ENV_NAME).max(64).default([]),
  }),
  z.strictObject({
    url: z.url({ protocol: /^https?$/ }),
    /** Headers whose values come from named variables of this Hall's environment. */
    headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), ENV_NAME).default({}),
  }),
]);
export type ServerConfig = z.infer<typeof ServerSchema>;

/** The id under which standing, holds and records know the tools of one origin: the home's own namespace answers for it. */
export function foreignSkillId(namespace: z.infer<typeof NamespaceSchema>, origin: string): string {
  return `${namespace}/${origin}`;
}

/** A definition with its absent members as null, from what a framework or a server says of a tool. */
export function foreignDefinition(said: {
  readonly name: string;
  readonly title?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly input_schema?: JsonObject | undefined;
  readonly output_schema?: JsonObject | null | undefined;
  readonly annotations?: JsonObject | null | undefined;
}): ForeignDefinition {
  return {
    annotations: said.annotations ?? null,
    description: said.description ?? null,
    input_schema: said.input_schema ?? ({ type: "object" } satisfies Record<string, Json>),
    name: said.name,
    output_schema: said.output_schema ?? null,
    title: said.title ?? null,
  };
}
