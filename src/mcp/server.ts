import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  ErrorCode,
  type InitializeResult,
  type JSONRPCRequest,
  type ServerResult,
} from "@modelcontextprotocol/sdk/types.js";
import type { Gate } from "../hall/types.js";
import { callTool, type Extra, type Session } from "./call.js";
import { openListing } from "./listing.js";
import { type ClientInfo, parseClient } from "./params.js";
import { invalidRequest, RpcError } from "./rpc.js";
import { HallServer } from "./sdk.js";

export type McpServerOptions = {
  /** The gate of this session's caller; asked once, when the client initializes. */
  readonly gateFor: (client: ClientInfo) => Gate;
  /** The Hall's version, shown to clients. */
  readonly version: string;
  /** What clients may show a model about this server. */
  readonly instructions?: string;
  /** Told what never reaches the client: bad messages, failed sends, exceptions. */
  readonly onError?: (error: Error) => void;
};

const CHANGES_WITHIN_MS = 50; // an upgrade is several changes and one notification

/**
 * One MCP session over a gate, still to be connected to a transport. It serves initialize, ping, tools/list and
 * tools/call; any other method is -32601. A refusal by the Hall is a tool result with `isError`; JSON-RPC errors
 * are for requests that aren't calls at all. It ends its own affairs in `server.onclose`: chain that, don't replace it.
 */
export function createMcpServer(options: McpServerOptions): Server {
  const server = new HallServer(options.version, options.instructions);
  const report = (error: unknown) =>
    options.onError?.(error instanceof Error ? error : new Error(String(error)));
  let session: Session | undefined;
  let stopListening: (() => void) | undefined;

  function initialize(request: JSONRPCRequest): Promise<InitializeResult> {
    if (session !== undefined) throw invalidRequest("This session is initialized already.");
    session = openSession(options.gateFor(parseClient(request)));
    return server.initialize(request);
  }

  function openSession(gate: Gate): Session {
    const listing = openListing(gate);
    const tell = onceWithin(CHANGES_WITHIN_MS, () => {
      if (server.transport !== undefined) server.sendToolListChanged().catch(report);
    });
    stopListening = gate.onToolsChanged(() => {
      listing.changed();
      tell();
    });
    return {
      gate,
      listing,
      notify: async (params, { signal, requestId }) => {
        if (signal.aborted || server.transport === undefined) return;
        await server
          .notification({ method: "notifications/progress", params }, { relatedRequestId: requestId })
          .catch(report);
      },
    };
  }

  function opened(): Session {
    if (session === undefined) throw invalidRequest("Not initialized: send initialize first.");
    return session;
  }

  async function serve(request: JSONRPCRequest, extra: Extra): Promise<ServerResult> {
    switch (request.method) {
      case "initialize":
        return initialize(request);
      case "tools/list":
        return opened().listing.page(request.params?.["cursor"]);
      case "tools/call":
        return callTool(opened(), request.params, extra);
      default:
        throw new RpcError(ErrorCode.MethodNotFound, "Method not found: this server offers tools only.");
    }
  }

  // The fallback sees requests as they came; a handler with a schema would answer a bad one with zod's dump.
  server.fallbackRequestHandler = async (request, extra) => {
    try {
      return await serve(request, extra);
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
  server.onclose = () => stopListening?.();
  return server;
}

/** Runs `action` once, `ms` after the first of any number of calls in that time. */
function onceWithin(ms: number, action: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    setTimeout(() => {
      due = false;
      action();
    }, ms).unref();
  };
}
