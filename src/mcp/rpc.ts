import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";

/**
 * A JSON-RPC error whose whole text is the Hall's own. The SDK sends `code` and `message` of whatever is
 * thrown as they are, so this is the only class that may leave a request handler.
 */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  /** What the client itself said, so that it knows which request this is about. */
  readonly data?: Readonly<Record<string, string>>;

  constructor(code: number, message: string, data?: Readonly<Record<string, string>>) {
    super(message);
    this.code = code;
    if (data !== undefined) this.data = data;
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
