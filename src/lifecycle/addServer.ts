import { join } from "node:path";
import type { Json, JsonObject } from "../protocol/canonical.js";
import {
  type ForeignDefinition,
  foreignSkillId,
  HOST_ORIGIN,
  HOST_SPECIES,
  type PinnedTool,
  type ServerConfig,
  ServerSchema,
} from "../protocol/foreign.js";
import { CapabilityIdSchema, SkillNameSchema } from "../protocol/ids.js";
import { type Allowance, allowTools } from "./allowTools.js";
import { amendPolicy } from "./amend.js";
import { deceptionLines } from "./definitionLines.js";
import { LifecycleError } from "./error.js";
import type { Reach } from "./reach.js";
import { type LeftOut, servableTools } from "./servable.js";
import { asking, spelled } from "./servers.js";
import { callableLines, endingInShort, ruledTool } from "./serverTools.js";
import { shownText } from "./shown.js";
import { checkWritable } from "./wholeFile.js";
import { inForce, type OpenHome, type Workshop, withHome } from "./workshop.js";

/** What a foreign tool is taken to do where nobody says: the catalogue's "Call External API", of medium risk. */
export const FOREIGN_CAPABILITY = "cap.int.api.call";

export type AddOptions = {
  /** How the server is called here: its tools become `<name>__<tool>`. */
  readonly name: string;
  readonly server: ServerConfig;
  /** Of all its tools; tools.json can give each its own. */
  readonly capability?: string;
  /** `text`: what only people and models read may change without a new acceptance. */
  readonly accept?: PinnedTool["accept"];
  /** Propose and apply the rule that allows them in env dev. */
  readonly allow?: boolean;
};

export type AddReport = {
  readonly name: string;
  readonly accepted: boolean;
  readonly record_id: string | null;
  readonly tools: readonly string[];
  readonly left_out: readonly LeftOut[];
} & Allowance;

/**
 * Puts an MCP server behind the gate, once a person has seen and accepted every definition of its tools: they are
 * written to tools.json, the server to config.json, and that alone is put in force. Adds no rule: what a rule in force
 * allows already is said first, the rule that would allow the rest is given, and applied when asked to. Throws
 * LifecycleError.
 */
export function addServer(ws: Workshop, options: AddOptions, reach: Reach): Promise<AddReport> {
  return withHome(ws, async (parts) => {
    const { name, capability = FOREIGN_CAPABILITY, accept = "exact", allow = false } = options;
    const server = checkServer(options.server);
    checkName(parts, name);
    checkCapability(capability);
    if (allow) checkWritable(join(parts.home.dir, "rules.json"));
    const described = await asking({ ws, parts, reach }, name, server, (it) => it.describe());
    const { tools, left_out } = await servableTools(parts, name, described);
    const { policy } = inForce(parts);
    const entries = tools.map((definition) => ({
      ...pinned(name, definition, capability, accept),
      ...setBefore(policy.config.tools, name, definition),
    }));
    const { accepted, record_id } = await amendPolicy(endingInShort(ws, policy, entries), parts, {
      question: `Put ${name} (${shownText(spelled(server))}) behind the gate, with ${countOf(tools.length)} as described here?`,
      reason: `mcp add ${name}`,
      notes: [
        ...callableLines(entries.map((entry) => ruledTool(policy, entry))),
        ...left_out.map(leftOutLine),
        ...tools.flatMap((definition) => deceptionLines(name, definition)),
      ],
      edits: [
        { file: "config.json", edit: (config) => withServer(config, name, server) },
        { file: "tools.json", edit: (list) => withTools(list, entries) },
      ],
    });
    const report = { name, accepted, record_id, tools: tools.map((tool) => tool.name), left_out };
    const allowance = accepted
      ? await allowTools(ws, parts, { name, tools: entries }, allow)
      : { rule: [], allowed: false, notes: [] };
    return { ...report, ...allowance };
  });
}

/** An entry of tools.json. */
export function pinned(
  origin: string,
  definition: ForeignDefinition,
  capability: string,
  accept: PinnedTool["accept"],
): PinnedTool {
  return { origin, capability, definition, accept, risk_tier: "medium", species: HOST_SPECIES };
}

/** What an operator wrote into tools.json of a tool before its server came: {@link withTools} leaves it. */
function setBefore(
  known: readonly PinnedTool[],
  origin: string,
  { name }: ForeignDefinition,
): Partial<Pick<PinnedTool, "capability" | "risk_tier" | "species">> {
  const before = known.find((entry) => entry.origin === origin && entry.definition.name === name);
  if (before === undefined) return {};
  const { capability, risk_tier, species } = before;
  return { capability, risk_tier, species };
}

/** Entries put into a list; of a tool that is in it already only the definition, and what may change, are replaced. */
export function withTools(
  list: readonly JsonObject[],
  entries: readonly PinnedTool[],
): readonly JsonObject[] {
  const keyOf = (entry: JsonObject) =>
    `${String(entry["origin"])}/${String((entry["definition"] as JsonObject | undefined)?.["name"])}`;
  const given = new Map(
    entries.map((entry) => entry as unknown as JsonObject).map((entry) => [keyOf(entry), entry]),
  );
  const known = new Set(list.map(keyOf));
  const fresh = [...given].filter(([key]) => !known.has(key)).map(([, entry]) => entry);
  return [...list.map((entry) => ({ ...entry, ...newIn(given.get(keyOf(entry))) })), ...fresh];
}

function newIn(entry: JsonObject | undefined): JsonObject {
  const { definition, accept } = entry ?? {};
  return definition === undefined || accept === undefined ? {} : { definition, accept };
}

export function leftOutLine({ name, why }: LeftOut): string {
  return `left out: ${shownText(name)}, because ${shownText(why)}`;
}

export function checkCapability(capability: string): void {
  if (CapabilityIdSchema.safeParse(capability).success) return;
  throw new LifecycleError(
    "BAD_ARGUMENT",
    `${JSON.stringify(capability)} isn't a capability.`,
    `Write an id like ${FOREIGN_CAPABILITY}: lower case, digits and hyphens.`,
  );
}

function checkName(parts: OpenHome, name: string): void {
  const refuse = (why: string) =>
    new LifecycleError(
      "BAD_ARGUMENT",
      `${JSON.stringify(name)} ${why}.`,
      "Name the server in lower case letters, digits and single hyphens, such as memory.",
    );
  if (!SkillNameSchema.safeParse(name).success) throw refuse("can't be a server's name");
  if (name === HOST_ORIGIN || name === "hall") throw refuse("is the Hall's own name for something else");
  const { namespace, servers } = inForce(parts).policy.config;
  const id = foreignSkillId(namespace, name);
  if (parts.skills.all().some(({ skill_id }) => skill_id === id)) {
    throw new LifecycleError(
      "EXISTS",
      `The skill ${id} is installed here, and the server's tools would go by its id.`,
      "Give the server another name.",
    );
  }
  if (!Object.hasOwn(servers, name)) return;
  throw new LifecycleError(
    "EXISTS",
    `A server ${name} is in force already.`,
    `hall mcp accept ${name} accepts what changed about it; hall mcp remove ${name} takes it out.`,
  );
}

/** A server as config.json may have it. A credential travels only where nobody can read along. */
function checkServer(given: ServerConfig): ServerConfig {
  const read = ServerSchema.safeParse(given);
  if (!read.success) {
    const why = read.error.issues
      .map(({ path, message }) => `${path.join(".") || "it"}: ${message}`)
      .join("; ");
    throw new LifecycleError(
      "BAD_ARGUMENT",
      `This can't be a server: ${why}.`,
      "Give a command after --, or --url with an http or https address.",
    );
  }
  const server = read.data;
  if ("url" in server && Object.keys(server.headers).length > 0 && !isPrivate(new URL(server.url)))
    throw new LifecycleError(
      "BAD_ARGUMENT",
      `${server.url} would get its headers over plain http, where others read along.`,
      "Use its https address.",
    );
  if ("url" in server && (new URL(server.url).username || new URL(server.url).password))
    throw new LifecycleError(
      "BAD_ARGUMENT",
      "The URL has a password in it, and config.json holds no secrets.",
      "Give it as a header from a variable: --header Authorization=NAME",
    );
  return server;
}

function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

function withServer(config: JsonObject, name: string, server: ServerConfig): JsonObject {
  const servers = (config["servers"] ?? {}) as JsonObject;
  return { ...config, servers: { ...servers, [name]: server as unknown as Json } };
}

function countOf(tools: number): string {
  return tools === 1 ? "1 tool" : `${tools} tools`;
}
