import type {
  GetPromptResult,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplate,
} from "@modelcontextprotocol/sdk/types.js";
import { sayOutcome } from "../hall/said.js";
import type { Json, JsonObject } from "../protocol/canonical.js";
import type { Outcome } from "../protocol/outcome.js";
import type { ToolDefinition } from "../protocol/skill.js";
import { invalidRequest } from "./rpc.js";

/** How resources and prompts are made: as governed calls of this session's caller, who sees no more than its tools show. */
export type Reading = {
  /** One governed call. */
  call(tool: string, args: JsonObject): Promise<Outcome>;
  /** The tools listed for the caller now. */
  tools(): Promise<readonly ToolDefinition[]>;
  /** The records of this session's own calls, newest first. */
  recent(): readonly string[];
};

export type Contents = ReadResourceResult["contents"];

/** A source of resources beside the Hall's own. What it gives comes from {@link Reading} and from nowhere else. */
export type ResourceProvider = {
  readonly list: (reading: Pick<Reading, "tools">) => Promise<readonly Resource[]>;
  readonly templates: readonly ResourceTemplate[];
  /** What stands under a URI, or undefined when it has no such resource. */
  readonly read: (uri: string, reading: Reading) => Promise<Contents | undefined>;
  /** What may change a resource of its: the caller's calls, its tools, or nothing that the Hall can tell. */
  readonly changesWith?: (uri: string) => Change | undefined;
  /** Values for the variable of one of its templates. */
  readonly complete?: (template: string, variable: string, reading: Reading) => Promise<readonly string[]>;
};

export type Change = "calls" | "tools";

/** A source of prompts beside the Hall's own. */
export type PromptProvider = {
  /** Each with a description: clients and the conformance suite ask for one. */
  readonly prompts: readonly Prompt[];
  /** The prompt of a name of its, from arguments that are there and are texts. */
  readonly get: (
    name: string,
    args: Readonly<Record<string, string>>,
    reading: Reading,
  ) => Promise<GetPromptResult>;
  readonly complete?: (name: string, argument: string, reading: Reading) => Promise<readonly string[]>;
};

/** The answer of a governed read. Throws RpcError with what every surface says when it was refused. */
export function answerOf(outcome: Outcome): Json {
  if (outcome.kind === "done") return outcome.output;
  throw invalidRequest(sayOutcome(outcome));
}

/** JSON as the one content of a resource. */
export function jsonContents(uri: string, value: Json): Contents {
  return [{ uri, mimeType: "application/json", text: JSON.stringify(value) }];
}

/** The variable part of a URI that begins so, decoded; undefined when it doesn't, or isn't as it would be written. */
export function variableIn(uri: string, before: string): string | undefined {
  if (!uri.startsWith(before)) return undefined;
  const written = uri.slice(before.length);
  try {
    const value = decodeURIComponent(written);
    return value !== "" && encodeURIComponent(value) === written ? value : undefined;
  } catch {
    return undefined;
  }
}
