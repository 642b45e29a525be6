import { type Json, type JsonObject, sha256Hex } from "../protocol/canonical.js";
import { type ForeignDefinition, foreignDefinition } from "../protocol/foreign.js";
import type { RouteIdentity, RouteOptions, RouteRequest } from "./route.js";

/** A body as a framework has it: bytes, or the value that a parser of the host's made of them. */
export type RouteBody =
  | { readonly kind: "none" }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly type: string }
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "too_large" }
  /** There is a body, and nobody has read it. */
  | { readonly kind: "unread" };

/** Why a request isn't a call of this route, and with what it is answered once that is on record. */
export type Flaw = {
  readonly status: 400 | 403 | 413 | 415;
  readonly problems: Readonly<Record<string, string>>;
};

/** A request as the arguments of a call. A flawed one lacks what its schema requires, so the gate denies it too. */
export type Asked = { readonly args: unknown; readonly flaw: Flaw | null };

/** The definition of a route, the same for every request of it. */
export function routeDefinition(
  capability: string,
  { name, description }: Pick<RouteOptions<never>, "name" | "description">,
): ForeignDefinition {
  const text = { type: "string" };
  const properties = {
    method: text,
    path: text,
    query: text,
    worker_id: text,
    capability: { const: capability },
    body: {},
    body_digest: { type: "object" },
  };
  const required = ["method", "path", "query", "worker_id", "capability"];
  const input_schema = { type: "object", properties, required, additionalProperties: false };
  return foreignDefinition({ name: name ?? capability, description, input_schema });
}

/**
 * What is decided on, shown to approvers and committed to: method, path, query, who asks for what, and the body: JSON
 * and text whole, other bytes by digest and length. Further headers aren't part of it.
 */
export function readAsked(
  request: RouteRequest,
  body: RouteBody,
  expected: RouteIdentity & { readonly capability: string; readonly headers: RouteOptions<never>["headers"] },
): Asked {
  const names = { worker: "X-Worker-ID", capability: "X-Capability", ...expected.headers };
  const worker = named(request, names.worker, expected.worker_id, "isn't the credential's worker");
  const capability = named(request, names.capability, expected.capability, "isn't what this route does");
  const problems = { ...worker.problems, ...capability.problems };
  const { method, path, query } = request;
  const args = { method, path, query, ...member("worker_id", worker), ...member("capability", capability) };
  if (Object.keys(problems).length > 0) {
    const isMissing = [worker, capability].some(({ value }) => value === null);
    return { args, flaw: { status: isMissing ? 400 : 403, problems } };
  }
  return withBody(args, body);
}

type Named = { readonly value: string | null; readonly problems: Record<string, string> };

function named(request: RouteRequest, name: string, expected: string, otherwise: string): Named {
  const value = request.header(name);
  if (value === null || value === "") return { value: null, problems: { [name]: "is missing" } };
  return { value, problems: value === expected ? {} : { [name]: otherwise } };
}

/** A header that says something else than it must has said nothing. */
function member(name: string, { value, problems }: Named): JsonObject {
  return value === null || Object.keys(problems).length > 0 ? {} : { [name]: value };
}

function withBody(args: JsonObject, body: RouteBody): Asked {
  switch (body.kind) {
    case "none":
      return { args, flaw: null };
    case "value":
      return { args: { ...args, body: body.value }, flaw: null };
    case "bytes":
      return withBytes(args, body.bytes, body.type);
    case "too_large":
      return unreadable(413, "is too large");
    case "unread":
      return unreadable(415, "wasn't read: no body parser before this middleware takes its type");
  }
}

function withBytes(args: JsonObject, bytes: Uint8Array, type: string): Asked {
  const text = /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|x-www-form-urlencoded)\b)/i.test(type)
    ? textOf(bytes)
    : undefined;
  if (text === undefined) {
    const body_digest = { sha256: sha256Hex(bytes), bytes: bytes.byteLength };
    return { args: { ...args, body_digest }, flaw: null };
  }
  if (!/json/i.test(type)) return { args: { ...args, body: text }, flaw: null };
  try {
    const value: Json = JSON.parse(text); // what JSON can say and the gate won't decide on, it refuses in its own words
    return { args: { ...args, body: value }, flaw: null };
  } catch {
    return unreadable(400, "isn't JSON, as its type says");
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Arguments that can't be read: the gate itself refuses and records them. */
function unreadable(status: Flaw["status"], problem: string): Asked {
  const args = {
    toJSON() {
      throw new SyntaxError(`the body ${problem}`);
    },
  };
  return { args, flaw: { status, problems: { body: problem } } };
}
