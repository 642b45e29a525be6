import { isUtf8 } from "node:buffer";
import type { Readable, Writable } from "node:stream";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  ErrorCode,
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import { lineReader } from "./lines.js";
import { requestIdOf } from "./message.js";

/** formats.md, Numbers. */
const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;

export type TransportOptions = {
  readonly maxMessageBytes?: number;
  readonly answered?: RequestId | undefined;
};

/**
 * JSON-RPC over a pair of streams, one message a line (MCP, stdio). Unlike the SDK's own it survives every line:
 * one that is too large or no MCP message gets an error where its id can be told, else a note through `onerror`.
 * It closes once, when the input ends, either stream breaks, or it is told to. The answer to `answered`, the request
 * that the greeting has answered, isn't sent again.
 */
export function openStdioTransport(
  input: Readable,
  output: Writable,
  { maxMessageBytes = MAX_MESSAGE_BYTES, answered }: TransportOptions = {},
): Transport {
  let closed = false;
  let greeted = answered;
  const read = lineReader(maxMessageBytes, {
    onLine: receive,
    onOversize: (id) => refuse(id, `The message is larger than ${maxMessageBytes} bytes.`),
  });
  const transport: Transport = { start, send, close };

  async function start(): Promise<void> {
    // Never taken off: an EPIPE that comes after the close would end the process if nobody listened.
    for (const stream of [input, output]) stream.on("error", closeNow).on("close", closeNow);
    input.on("end", closeNow).on("data", read);
    if (input.readableEnded) process.nextTick(closeNow); // a client that went while it was greeted
  }

  /** Resolves when the message has been handed on, so a slow client slows its sender; a failed write is the end. */
  function send(message: JSONRPCMessage): Promise<void> {
    if (closed || isGreeted(message)) return Promise.resolve();
    return new Promise((resolve) => {
      output.write(`${JSON.stringify(message)}\n`, (error) => {
        if (error != null) closeNow();
        resolve();
      });
    });
  }

  /** Whether this is the one answer that the client has already. */
  function isGreeted(message: JSONRPCMessage): boolean {
    if (greeted === undefined || "method" in message || message.id !== greeted) return false;
    greeted = undefined;
    return true;
  }

  async function close(): Promise<void> {
    closeNow();
  }

  function closeNow(): void {
    if (closed) return;
    closed = true;
    input.off("data", read);
    input.pause();
    transport.onclose?.();
  }

  function receive(line: Buffer): void {
    if (closed) return;
    const message = parse(line);
    if (message === undefined) note("A line that isn't JSON in UTF-8 was dropped.");
    else if (isMessage(message)) deliver(message);
    else refuse(requestIdOf(message), "The message isn't a JSON-RPC message as MCP defines it.");
  }

  function deliver(message: JSONRPCMessage): void {
    try {
      transport.onmessage?.(message);
    } catch {
      refuse(requestIdOf(message), "The message couldn't be handled.");
    }
  }

  function refuse(id: RequestId | undefined, message: string): void {
    if (id === undefined) {
      note(`${message} It was dropped.`);
    } else {
      const error = { code: ErrorCode.InvalidRequest, message };
      void send({ jsonrpc: "2.0", id, error });
    }
  }

  function note(text: string): void {
    transport.onerror?.(new Error(text));
  }

  return transport;
}

/** The JSON value of a line, or undefined: JSON has no value of that name. */
function parse(line: Buffer): unknown {
  if (!isUtf8(line)) return undefined;
  try {
    return JSON.parse(line.toString("utf8"));
  } catch {
    return undefined;
  }
}

function isMessage(value: unknown): value is JSONRPCMessage {
  return (
    isJSONRPCRequest(value) ||
    isJSONRPCNotification(value) ||
    isJSONRPCResultResponse(value) ||
    isJSONRPCErrorResponse(value)
  );
}
