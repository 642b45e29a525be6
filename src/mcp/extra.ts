import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import type { ServerNotification, ServerRequest } from "@modelcontextprotocol/sdk/types.js";

/** What the SDK says about a request besides its parameters. */
export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;
