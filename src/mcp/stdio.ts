import type { Readable, Writable } from "node:stream";
import { aroundCalls } from "../hall/aroundCalls.js";
import type { Gate } from "../hall/types.js";
import { redirectConsole } from "./console.js";
import type { RequestId } from "./message.js";
import { createMcpServer, type McpServerOptions } from "./server.js";
import { openStdioTransport } from "./transport.js";

export type StdioOptions = McpServerOptions & {
  /** Runs once, after the client has gone and its calls have ended: close the Hall here. */
  readonly onClose?: () => void | Promise<void>;
  /** The request that the greeting has answered already. */
  readonly answered?: RequestId | undefined;
  /** Instead of the process's own stdin, stdout and stderr; then signals are left alone too. */
  readonly streams?: { readonly input: Readable; readonly output: Writable; readonly errors: Writable };
  /** Instead of process.exit. */
  readonly exit?: (code: number) => void;
};

/** A server on stdio. `close` does what the client's going away does: ends calls, onClose, exit. */
export type StdioServer = { close(): Promise<void> };

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const CLOSE_WITHIN_MS = 10_000;
const MAX_NOTE = 300;

/**
 * Serves one MCP client on stdin and stdout until it goes away: stdin ends, stdout breaks, or a signal comes. Then
 * running calls are aborted and waited for, `onClose` runs, and the process exits 0 (1 when closing fails or takes
 * over 10 s). From the first moment stdout carries only JSON-RPC: the console goes to stderr.
 */
export async function serveStdio(options: StdioOptions): Promise<StdioServer> {
  const { input, output, errors } = options.streams ?? {
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
  };
  const restoreConsole = redirectConsole(errors);
  errors.on("error", () => {}); // a client that reads no stderr is no reason to stop
  const exit = options.exit ?? ((code) => process.exit(code));
  const onError =
    options.onError ?? ((error: Error) => void errors.write(`hall: ${printable(error.message)}\n`));
  const running = new Set<Promise<unknown>>();

  const server = createMcpServer({
    ...options,
    onError,
    gateFor: (client) => watched(options.gateFor(client), running),
  });
  const transport = openStdioTransport(input, output, { answered: options.answered });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= Promise.resolve().then(shutDown); // later, since closing the transport comes back here
    return closing;
  };

  async function shutDown(): Promise<void> {
    await transport.close(); // aborts what is running
    const done = await within(CLOSE_WITHIN_MS, async () => {
      await Promise.allSettled(running);
      await options.onClose?.();
    }).catch((cause) => {
      onError(
        new Error(`closing failed: ${cause instanceof Error ? cause.message : "no reason given"}`, { cause }),
      );
      return false;
    });
    restoreConsole();
    exit(done ? 0 : 1);
  }

  transport.onclose = () => void close();
  if (options.streams === undefined) for (const signal of SIGNALS) process.once(signal, close);
  await server.connect(transport);
  return { close };
}

/** The gate, with every call that is under way in `running`. */
function watched(gate: Gate, running: Set<Promise<unknown>>): Gate {
  return aroundCalls(gate, (run) => {
    const call = run();
    running.add(call);
    const forget = () => running.delete(call);
    call.then(forget, forget);
    return call;
  });
}

/** Whether the work ended within the time. Rejects when it does. */
async function within(ms: number, work: () => Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([work().then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** One bounded line, since what the SDK reports may quote the client. */
function printable(text: string): string {
  return text.slice(0, MAX_NOTE).replaceAll(/[^\x20-\x7e]/g, "?");
}
