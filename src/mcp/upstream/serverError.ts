export type ServerErrorCode = "NOT_CONFIGURED" | "UNREACHABLE" | "BAD_ANSWER" | "CHANGED" | "NO_CREDENTIAL";

/**
 * What is wrong with a foreign server, in the Hall's own words and, where the cause has some, the system's. For
 * operators and the log alone: a model never reads it.
 */
export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly code: ServerErrorCode;

  constructor(code: ServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
