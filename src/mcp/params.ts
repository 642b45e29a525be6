import { InitializeRequestSchema, type JSONRPCRequest } from "@modelcontextprotocol/sdk/types.js";
import { wellFormed } from "../protocol/canonical.js";
import { isObject } from "./message.js";
import { invalidParams } from "./rpc.js";

/** The client as it names itself: a claim, recorded as one. */
export type ClientInfo = { readonly name: string; readonly version: string };

/** What a tools/call asks for, checked. `args` is judged by the gate, not here. */
export type ToolCall = {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly correlationId: string | undefined;
  readonly dryRun: boolean;
  readonly progressToken: string | number | undefined;
};

const MAX_TEXT = 256;

/** Who initializes. Throws RpcError -32602. */
export function parseClient(request: JSONRPCRequest): ClientInfo {
  const parsed = InitializeRequestSchema.safeParse(request);
  if (!parsed.success) {
    throw invalidParams(
      "initialize needs protocolVersion, capabilities and clientInfo with a name and a version.",
    );
  }
  const { name, version } = parsed.data.params.clientInfo;
  if (name.length > MAX_TEXT || version.length > MAX_TEXT) {
    throw invalidParams(`clientInfo.name and clientInfo.version have at most ${MAX_TEXT} characters.`);
  }
  return { name: wellFormed(name), version: wellFormed(version) };
}

/**
 * The parameters of tools/call as a {@link ToolCall}; absent arguments are `{}`. Throws RpcError -32602 naming
 * what is wrong. A `dev.hall/dry_run` that isn't a boolean is refused: "true" in quotes must not run anything.
 */
export function parseCall(params: unknown): ToolCall {
  const { name, arguments: args = {}, _meta: meta = {} } = isObject(params) ? params : {};
  if (typeof name !== "string") {
    throw invalidParams("params.name must be a string: the name of a tool as tools/list gives it.");
  }
  if (!isObject(args)) {
    throw invalidParams(
      "params.arguments must be a JSON object; leave it out, or send {}, when there are none.",
    );
  }
  if (!isObject(meta)) throw invalidParams("params._meta must be a JSON object.");
  return {
    tool: wellFormed(name),
    args,
    correlationId: parseCorrelationId(meta["dev.hall/correlation_id"]),
    dryRun: parseDryRun(meta["dev.hall/dry_run"]),
    progressToken: parseProgressToken(meta["progressToken"]),
  };
}

function parseCorrelationId(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string" || value.length === 0 || value.length > MAX_TEXT) {
    throw invalidParams(`_meta["dev.hall/correlation_id"] must be a string of 1 to ${MAX_TEXT} characters.`);
  }
  return wellFormed(value);
}

function parseDryRun(value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value !== "boolean") throw invalidParams(`_meta["dev.hall/dry_run"] must be true or false.`);
  return value;
}

function parseProgressToken(value: unknown): string | number | undefined {
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}
