import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  type CallToolResult,
  CallToolResultSchema,
  ErrorCode,
  McpError,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { jsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/types.js";
import type { JsonObject } from "../../protocol/canonical.js";
import type { ServerConfig } from "../../protocol/foreign.js";
import type { Progress } from "../../protocol/outcome.js";
import { type Described, describeTools } from "./definitions.js";
import { ServerError } from "./serverError.js";
import { type Surroundings, transportTo } from "./transport.js";

/** A foreign server while it is connected. */
export type Upstream = {
  /** What it says of its tools now; asked anew each time. */
  describe(): Promise<Described>;
  /** Runs a tool. Rejects when the server doesn't answer with a result, or too late. */
  call(tool: string, args: JsonObject, options: CallOptions): Promise<CallToolResult>;
  ping(): Promise<void>;
  /** How often it has said that its list changed. */
  changes(): number;
  close(): Promise<void>;
};

export type CallOptions = {
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
};

export type ConnectOptions = Surroundings & {
  /** The Hall's version, shown to the server. */
  readonly version: string;
  /** Ends it, also while it is still being reached. */
  readonly signal: AbortSignal;
  readonly onListChanged: () => void;
  readonly onClose: () => void;
};

/** How long a server may take to say hello: a package that `npx` fetches first takes its time. */
export const CONNECT_WITHIN_MS = 60_000;
/** How long a call may stay silent, and how long it may take in all while it reports progress. */
const SILENT_MS = 120_000;
const TOTAL_MS = 600_000;

/**
 * What results are checked against is the gate's affair, by the schema that was accepted: the SDK's own validator
 * would compile whatever schema the server sends.
 */
const NO_VALIDATOR: jsonSchemaValidator = {
  getValidator: () => (value) => ({ valid: true, data: value as never, errorMessage: undefined }),
};

/** Starts or reaches a server and says hello. It gets no capability of ours: no sampling, no elicitation, no roots. */
export async function connectServer(server: ServerConfig, options: ConnectOptions): Promise<Upstream> {
  const transport = transportTo(server, options);
  const client = new Client(
    { name: "wcp-hall", version: options.version },
    { capabilities: {}, jsonSchemaValidator: NO_VALIDATOR },
  );
  let changes = 0;
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    changes++;
    options.onListChanged();
  });
  client.onclose = options.onClose;
  client.onerror = () => {}; // lines that aren't messages; what matters comes out of the requests
  const end = () => void client.close().catch(() => {});
  options.signal.addEventListener("abort", end, { once: true });
  try {
    await client.connect(transport, { timeout: CONNECT_WITHIN_MS, signal: options.signal });
  } catch (cause) {
    await client.close().catch(() => {});
    throw cause instanceof ServerError ? cause : unreachable(server, cause);
  }
  return {
    describe: () => describeTools(client),
    call: (name, args, { signal, onProgress }) =>
      client.request({ method: "tools/call", params: { name, arguments: args } }, CallToolResultSchema, {
        signal,
        timeout: SILENT_MS,
        maxTotalTimeout: TOTAL_MS,
        resetTimeoutOnProgress: true,
        ...(onProgress === undefined ? {} : { onprogress: (progress) => onProgress(progressOf(progress)) }),
      }),
    ping: async () => void (await client.ping({ timeout: CONNECT_WITHIN_MS })),
    changes: () => changes,
    close: () => client.close(),
  };
}

function progressOf({
  progress,
  total,
  message,
}: {
  progress: number;
  total?: number | undefined;
  message?: string | undefined;
}): Progress {
  return {
    progress,
    ...(total === undefined ? {} : { total }),
    ...(message === undefined ? {} : { message }),
  };
}

function unreachable(server: ServerConfig, cause: unknown): ServerError {
  const what =
    "command" in server ? `${server.command} didn't start as an MCP server` : `${server.url} isn't reached`;
  const isLate = cause instanceof McpError && cause.code === ErrorCode.RequestTimeout;
  const reason = cause instanceof Error ? cause.message : "no reason given";
  const why = isLate ? `it didn't answer within ${CONNECT_WITHIN_MS / 1000} s` : reason;
  return new ServerError("UNREACHABLE", `${what}: ${why}`, { cause });
}
