import type { Gate } from "../hall/types.js";

/** Whom a credential stands for. */
export type RouteIdentity = {
  /** What X-Worker-ID must say. A request in another worker's name is denied. */
  readonly worker_id: string;
};

/** What a request says of itself before its body. */
export type RouteRequest = {
  readonly method: string;
  /** As it was sent, still percent-encoded, without the query. */
  readonly path: string;
  /** Without its question mark; empty where there is none. */
  readonly query: string;
  /** A header's value by its name in any case, or null. */
  header(name: string): string | null;
};

/** What a governed route is told. Identity comes from the credential and nothing else: `identify` sees nothing else. */
export type RouteOptions<I extends RouteIdentity> = {
  /** Looks a credential up. Null, or a throw, refuses the request. */
  readonly identify: (credential: string) => I | null | Promise<I | null>;
  /** Where the credential is read; the bearer token of Authorization when left out. */
  readonly credential?: (request: RouteRequest) => string | null;
  /** The gate of that identity, such as `hall.gate({ agent: identity.worker_id })`. */
  readonly gate: (identity: I) => Gate | Promise<Gate>;
  /** What the route does, by the operator's rules. The host says it, never the request, which must ask for the same. */
  readonly capability: string | ((request: RouteRequest) => string);
  /** Under which the route is pinned and recorded; its capability when left out. */
  readonly name?: string;
  readonly description?: string;
  /** Names of the required headers; X-Worker-ID and X-Capability when left out. There is no way to require none. */
  readonly headers?: { readonly worker?: string; readonly capability?: string };
  /** The longest body that is taken or answered; 8 MiB when left out. */
  readonly maxBytes?: number;
};

/** The bearer token of a request, or null. */
export function bearerToken({ header }: Pick<RouteRequest, "header">): string | null {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header("authorization") ?? "")?.[1] ?? null;
}
