import type { Gate } from "../hall/types.js";
import { type JsonObject, sha256Hex } from "../protocol/canonical.js";
import { CapabilityIdSchema } from "../protocol/ids.js";
import { type Refusal, refusalOf, UNAUTHENTICATED, UNDECIDED } from "./answer.js";
import { type Asked, type RouteBody, readAsked, routeDefinition } from "./asked.js";
import { bearerToken, type RouteIdentity, type RouteOptions, type RouteRequest } from "./route.js";

/** A handler's whole response, held back until its receipt is on record. */
export type RouteResponse = { readonly status: number; readonly body: Uint8Array };

/** One request in a framework's hands. */
export type Exchange<R extends RouteResponse> = {
  readonly request: RouteRequest;
  readonly signal: AbortSignal;
  /** The request's body, once; one longer than `max` bytes is `too_large`. */
  body(max: number): Promise<RouteBody> | RouteBody;
  /**
   * Lets the handler answer, once, and gives the whole of it, as it can be sent. Throws where that is longer than `max`
   * bytes. `stopped` aborts when nobody waits for it any more.
   */
  handle(args: JsonObject, max: number, stopped: AbortSignal): Promise<R>;
};

/** What to answer: the handler's response with its receipt, or a refusal in its place. */
export type Answer<R> =
  | { readonly response: R; readonly receipt_id: string }
  | { readonly response: null; readonly refusal: Refusal };

const MAX_BYTES = 8 * 1024 * 1024;

/** Checks a route's options. Throws TypeError: a route that can't be governed must not start. */
export function checkRoute<I extends RouteIdentity>(options: RouteOptions<I>): RouteOptions<I> {
  const { capability, identify, gate, maxBytes = MAX_BYTES } = options;
  const problems: string[] = [];
  for (const [name, value] of Object.entries({ identify, gate }))
    if (typeof value !== "function") problems.push(`${name}: expected a function`);
  const known = typeof capability === "function" || CapabilityIdSchema.safeParse(capability).success;
  if (!known) problems.push("capability: expected an id like cap.domain.name, or a function that gives one");
  for (const [name, value] of Object.entries(options.headers ?? {}))
    if (!/^[A-Za-z0-9-]+$/.test(String(value))) problems.push(`headers.${name}: expected a header's name`);
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1) problems.push("maxBytes: expected a number of bytes");
  if (problems.length > 0) throw new TypeError(`A route can't be governed: ${problems.join("; ")}`);
  return options;
}

/**
 * One request through the gate, the same for every framework: who asks is looked up by the credential alone, what is
 * asked must be named in the headers, and the handler is the code that `guard` runs. Its response goes out once its
 * receipt is on record, which commits to status and body (digest and length); a stream is collected first. One of 500
 * or above is a handler that failed: what it says stays here.
 */
export async function governRoute<I extends RouteIdentity, R extends RouteResponse>(
  options: RouteOptions<I>,
  exchange: Exchange<R>,
): Promise<Answer<R>> {
  const { maxBytes = MAX_BYTES } = options;
  const { request, signal } = exchange;
  try {
    const identity = await identityOf(options, request);
    if (identity === null) return { response: null, refusal: UNAUTHENTICATED };
    const capability =
      typeof options.capability === "string" ? options.capability : options.capability(request);
    const { headers } = options;
    const { worker_id } = identity;
    const asked = readAsked(request, await exchange.body(maxBytes), { worker_id, capability, headers });
    const gate = (await options.gate(identity)).through("http");
    return await guarded(gate, { capability, definition: routeDefinition(capability, options) }, asked, {
      signal,
      handle: (args, stopped) => exchange.handle(args, maxBytes, stopped),
    });
  } catch {
    return { response: null, refusal: UNDECIDED };
  }
}

async function identityOf<I extends RouteIdentity>(
  { credential = bearerToken, identify }: RouteOptions<I>,
  request: RouteRequest,
): Promise<I | null> {
  const shown = credential(request);
  if (shown === null || shown === "") return null;
  const identity = (await identify(shown)) ?? null;
  return typeof identity?.worker_id === "string" && identity.worker_id !== "" ? identity : null;
}

type Handled<R> = {
  readonly signal: AbortSignal;
  readonly handle: (args: JsonObject, stopped: AbortSignal) => Promise<R>;
};

async function guarded<R extends RouteResponse>(
  gate: Gate,
  route: { readonly capability: string; readonly definition: ReturnType<typeof routeDefinition> },
  { args, flaw }: Asked,
  { signal, handle }: Handled<R>,
): Promise<Answer<R>> {
  const outcome = await gate.guard<R>(
    { ...route, args, options: { signal }, resultOf: committed },
    async (decided, stopped) => {
      if (flaw !== null) throw new TypeError("a flawed request runs nothing");
      const response = await handle(decided as JsonObject, stopped);
      if (response.status >= 500) throw new Error(`the handler answered ${response.status}`);
      return response;
    },
  );
  return outcome.kind === "done"
    ? { response: outcome.output, receipt_id: outcome.receipt_id }
    : { response: null, refusal: refusalOf(outcome, flaw) };
}

/** What the receipt of a response commits to. */
function committed({ status, body }: RouteResponse): JsonObject {
  return { status, body: { sha256: sha256Hex(body), bytes: body.byteLength } };
}
