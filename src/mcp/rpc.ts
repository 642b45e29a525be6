import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";

/**
 * A JSON-RPC error whose whole text is the Hall's own. The SDK sends `code` and `message` of whatever is
 * thrown as they are, so this is the only class that may leave a request handler.
 */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** The request can't be served at all, at this moment or in this shape (-32600). */
export function invalidRequest(message: string): RpcError {
  return new RpcError(ErrorCode.InvalidRequest, message);
}

/** A parameter is missing or of the wrong kind (-32602). */
export function invalidParams(message: string): RpcError {
  return new RpcError(ErrorCode.InvalidParams, message);
}

/** A JSON object, as `JSON.parse` makes it: neither null nor an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The id of a request that can be answered: a string or a whole number (MCP, Base Protocol), else undefined. */
export function requestIdOf(message: unknown): string | number | undefined {
  if (!isObject(message) || typeof message["method"] !== "string") return undefined;
  const id = message["id"];
  return typeof id === "string" || Number.isSafeInteger(id) ? (id as string | number) : undefined;
}
