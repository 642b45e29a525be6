import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { InvokeOptions } from "../hall/types.js";
import { wellFormed } from "../protocol/canonical.js";
import type { HoldQuestion } from "../protocol/outcome.js";
import { answerAsk } from "./asking.js";
import type { Extra } from "./extra.js";
import { askAboutHold } from "./holding.js";
import { parseCall, type ToolCall } from "./params.js";
import { type ProgressSender, progressSender } from "./progress.js";
import { renderOutcome } from "./render.js";
import type { Session } from "./session.js";

/** One tools/call as one governed call. Throws RpcError -32602 when it isn't a call at all. */
export async function callTool(session: Session, params: unknown, extra: Extra): Promise<CallToolResult> {
  const { peer, reach } = session;
  const { tool, args, correlationId, dryRun, progressToken } = parseCall(params);
  const progress = progressOf(session, progressToken, extra);
  const lines = lineSender(session, tool, extra);
  const holding = askAboutHold(peer, extra, reach);
  const options: InvokeOptions = {
    signal: extra.signal,
    dryRun,
    onLine: lines.send,
    onAsk: answerAsk(peer, extra, reach.personMs),
    onHold: (question: HoldQuestion) => whileAlive(progress, () => holding.onHold(question)),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(progress === undefined ? {} : { onProgress: progress.report }),
  };
  const outcome = await session.gate.invoke(tool, args, options);
  session.recent.add(outcome);
  session.changed("calls");
  await Promise.all([progress?.end(), lines.end(), holding.end(outcome.kind === "held")]);
  return renderOutcome(outcome, outcome.kind === "done" && (await session.listing.hasOutputSchema(tool)));
}

function progressOf(
  { peer }: Session,
  progressToken: ToolCall["progressToken"],
  extra: Extra,
): ProgressSender | undefined {
  if (progressToken === undefined) return undefined;
  return progressSender(({ progress, total, message }) =>
    peer.notify(
      {
        method: "notifications/progress",
        params: {
          progressToken,
          progress,
          ...(total === undefined ? {} : { total }),
          ...(message === undefined ? {} : { message: wellFormed(message) }),
        },
      },
      extra,
    ),
  );
}

/** What a handler logs, in its order and before the result. */
function lineSender({ peer, logs }: Session, tool: string, extra: Extra) {
  let sending: Promise<void> = Promise.resolve();
  const send: NonNullable<InvokeOptions["onLine"]> = (line) => {
    if (!logs.wants(line)) return;
    const params = { level: line.level, logger: tool, data: line.text };
    sending = sending.then(() => peer.notify({ method: "notifications/message", params }, extra));
  };
  return { send, end: () => sending };
}

const ALIVE_MS = 15_000;
const ALIVE_STEP = 1e-6; // leaves all whole numbers to the handler, whose reports must be higher

/** A client counts a minute for a call unless it hears of progress (apis.md 1), and a person takes longer. */
async function whileAlive<T>(progress: ProgressSender | undefined, wait: () => Promise<T>): Promise<T> {
  let told = 0;
  const timer = setInterval(() => {
    told += 1;
    progress?.report({ progress: told * ALIVE_STEP, message: "Waiting for a person's answer" });
  }, ALIVE_MS);
  timer.unref();
  try {
    return await wait();
  } finally {
    clearInterval(timer);
  }
}
