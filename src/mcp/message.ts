/** The id of a request that can be answered (MCP, Base Protocol). */
export type RequestId = string | number;

/** A JSON object, as `JSON.parse` makes it: neither null nor an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The id of a request that can be answered: a string or a whole number (MCP, Base Protocol), else undefined. */
export function requestIdOf(message: unknown): RequestId | undefined {
  if (!isObject(message) || typeof message["method"] !== "string") return undefined;
  const id = message["id"];
  return typeof id === "string" || Number.isSafeInteger(id) ? (id as RequestId) : undefined;
}
