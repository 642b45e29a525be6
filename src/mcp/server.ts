import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  ErrorCode,
  type InitializeResult,
  type JSONRPCRequest,
  type ServerResult,
} from "@modelcontextprotocol/sdk/types.js";
import type { Gate } from "../hall/types.js";
import { callTool } from "./call.js";
import { complete } from "./completion.js";
import type { Extra } from "./extra.js";
import { type ClientInfo, parseClient } from "./params.js";
import { openPeer } from "./peer.js";
import type { PromptProvider, ResourceProvider } from "./provider.js";
import { invalidRequest, RpcError } from "./rpc.js";
import { HallServer } from "./sdk.js";
import { openSession, type Session } from "./session.js";

export type McpServerOptions = {
  /** The gate of this session's caller; asked once, when the client initializes. */
  readonly gateFor: (client: ClientInfo) => Gate;
  /** The Hall's version, shown to clients. */
  readonly version: string;
  /** What clients may show a model about this server. */
  readonly instructions?: string;
  /** Told what never reaches the client: bad messages, failed sends, exceptions. */
  readonly onError?: (error: Error) => void;
  /** The page where people answer a hold; null, or nothing given, where there is none. */
  readonly approvalUrl?: (approval_id: string) => string | null;
  /** How long a call waits for the client's person, in milliseconds; 5 minutes. Then it is held like any other. */
  readonly personMs?: number;
  /** How often a call that waits for an approval looks for it, in milliseconds; 1 second. */
  readonly pollMs?: number;
  /** Resources and prompts beside the Hall's own. */
  readonly resources?: readonly ResourceProvider[];
  readonly prompts?: readonly PromptProvider[];
};

/**
 * One MCP session (2025-11-25) over a gate, still to be connected to a transport: tools, resources, prompts,
 * completion, logging, subscriptions, and questions to the client's person. All of it is the caller's own. A refusal
 * by the Hall is a tool result with `isError`; JSON-RPC errors are for requests that aren't calls at all, and for
 * reads that were refused. It ends its own affairs in `server.onclose`: chain that, don't replace it.
 */
export function createMcpServer(options: McpServerOptions): Server {
  const server = new HallServer(options.version, options.instructions);
  const report = (error: unknown) =>
    options.onError?.(error instanceof Error ? error : new Error(String(error)));
  let session: Session | undefined;

  function initialize(request: JSONRPCRequest): Promise<InitializeResult> {
    if (session !== undefined) throw invalidRequest("This session is initialized already.");
    const gate = options.gateFor(parseClient(request)).through("mcp");
    const answer = server.initialize(request); // from now on it is known what the client can be asked
    session = openSession({
      gate,
      peer: openPeer(server, report),
      reach: {
        approvalUrl: options.approvalUrl ?? (() => null),
        personMs: options.personMs ?? 300_000,
        pollMs: options.pollMs ?? 1_000,
      },
      resources: options.resources ?? [],
      prompts: options.prompts ?? [],
    });
    return answer;
  }

  function opened(): Session {
    if (session === undefined) throw invalidRequest("Not initialized: send initialize first.");
    return session;
  }

  async function serve({ method, params }: JSONRPCRequest, extra: Extra): Promise<ServerResult> {
    const cursor = params?.["cursor"];
    const { resources, prompts, logs, listing, readingFor } = opened();
    switch (method) {
      case "tools/list":
        return listing.page(cursor);
      case "tools/call":
        return callTool(opened(), params, extra);
      case "resources/list":
        return resources.list(cursor, readingFor(extra));
      case "resources/templates/list":
        return resources.templates(cursor);
      case "resources/read":
        return resources.read(params, readingFor(extra));
      case "resources/subscribe":
        await resources.subscribe(params, readingFor(extra));
        return {};
      case "resources/unsubscribe":
        resources.unsubscribe(params);
        return {};
      case "prompts/list":
        return prompts.list(cursor);
      case "prompts/get":
        return prompts.get(params, readingFor(extra));
      case "completion/complete":
        return complete(opened(), params, readingFor(extra));
      case "logging/setLevel":
        logs.setLevel(params);
        return {};
      default:
        throw new RpcError(ErrorCode.MethodNotFound, "Method not found.");
    }
  }

  // The fallback sees requests as they came; a handler with a schema would answer a bad one with zod's dump.
  server.fallbackRequestHandler = async (request, extra) => {
    try {
      return await (request.method === "initialize" ? initialize(request) : serve(request, extra));
    } catch (error) {
      if (error instanceof RpcError) throw error;
      report(error);
      throw new RpcError(
        ErrorCode.InternalError,
        "The Hall couldn't answer this request; its own log says why.",
      );
    }
  };
  server.onerror = report;
  server.onclose = () => session?.end();
  return server;
}
