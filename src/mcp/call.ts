import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import type {
  CallToolResult,
  ProgressNotification,
  ServerNotification,
  ServerRequest,
} from "@modelcontextprotocol/sdk/types.js";
import type { Gate } from "../hall/types.js";
import { wellFormed } from "../protocol/canonical.js";
import type { Listing } from "./listing.js";
import { parseCall } from "./params.js";
import { progressSender } from "./progress.js";
import { renderOutcome } from "./render.js";

/** What the SDK says about a request besides its parameters. */
export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** The session that a call belongs to. */
export type Session = {
  readonly gate: Gate;
  readonly listing: Listing;
  /** Sends a progress report to the client. Never rejects. */
  readonly notify: (params: ProgressNotification["params"], extra: Extra) => Promise<void>;
};

/** One tools/call as one governed call. Throws RpcError -32602 when it isn't a call at all. */
export async function callTool(session: Session, params: unknown, extra: Extra): Promise<CallToolResult> {
  const { tool, args, correlationId, dryRun, progressToken } = parseCall(params);
  const progress =
    progressToken === undefined
      ? undefined
      : progressSender(({ progress, total, message }) =>
          session.notify(
            {
              progressToken,
              progress,
              ...(total === undefined ? {} : { total }),
              ...(message === undefined ? {} : { message: wellFormed(message) }),
            },
            extra,
          ),
        );
  const outcome = await session.gate.invoke(tool, args, {
    signal: extra.signal,
    dryRun,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(progress === undefined ? {} : { onProgress: progress.report }),
  });
  await progress?.end();
  return renderOutcome(outcome, outcome.kind === "done" && (await session.listing.hasOutputSchema(tool)));
}
