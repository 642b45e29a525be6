import { RECEIPT_HEADER, unsent } from "./answer.js";
import type { RouteBody } from "./asked.js";
import { checkRoute, governRoute } from "./governRoute.js";
import { type HeldResponse, holdResponse, isOver, type NodeResponse } from "./heldResponse.js";
import type { RouteIdentity, RouteOptions } from "./route.js";

/** What of Express's request is read; structural, so that no version of Express is needed here. */
export type ExpressRequest = {
  readonly method: string;
  readonly originalUrl: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly readableEnded: boolean;
  body?: unknown;
};

/** Middleware as Express 4 and 5 call it. */
export type ExpressMiddleware = (
  request: ExpressRequest,
  response: NodeResponse,
  next: () => void,
) => Promise<void>;

/**
 * Express middleware that governs the routes after it: `app.use("/notes", express.json(), expressMiddleware({...}))`.
 * The body parser comes before it: a body that nobody has read is denied, since nobody could say what was decided on.
 * Its promise never rejects, since Express 4 looks at none: what can't be sent is cut off.
 * Throws TypeError for options that can't govern anything.
 */
export function expressMiddleware<I extends RouteIdentity>(options: RouteOptions<I>): ExpressMiddleware {
  const checked = checkRoute(options);
  return async (request, response, next) => {
    try {
      await govern(checked, request, response, next);
    } catch {
      if (!response.writableEnded) response.destroy(); // who is left without an answer shall not wait for one
    }
  };
}

async function govern<I extends RouteIdentity>(
  options: RouteOptions<I>,
  request: ExpressRequest,
  response: NodeResponse,
  next: () => void,
): Promise<void> {
  const { method } = request;
  const [path = "", ...query] = request.originalUrl.split("?");
  const leaving = new AbortController();
  response.once("close", () => leaving.abort()); // the client has left, or somebody else has answered
  let held: HeldResponse | undefined;
  const answer = await governRoute(options, {
    request: { method, path, query: query.join("?"), header: (name) => headerOf(request, name) },
    signal: leaving.signal,
    body: (max) => bodyOf(request, max),
    handle({ body }, max) {
      if (isOver(response)) throw new Error("it was answered before the route's turn came");
      if (body !== undefined && isJson(request.body)) request.body = body; // as it was decided on
      held = holdResponse(response, { method, max });
      next();
      return held.ended;
    },
  });
  if (held === undefined && isOver(response)) return; // whoever answers may still be at it
  held ??= holdResponse(response, { method, max: 0 });
  if (answer.response === null) return held.replace(answer.refusal);
  try {
    held.release({ [RECEIPT_HEADER]: answer.receipt_id });
  } catch (error) {
    if (response.headersSent) throw error;
    held.replace(unsent(answer.receipt_id)); // what other middleware makes of an end may throw
  }
}

function headerOf({ headers }: ExpressRequest, name: string): string | null {
  const value = headers[name.toLowerCase()];
  return typeof value === "string" ? value : (value?.join(", ") ?? null);
}

/** What a parser made of the body. Files beside a form's fields aren't in it, so a form with files must come as bytes. */
function bodyOf(request: ExpressRequest, max: number): RouteBody {
  const { body } = request;
  const type = headerOf(request, "content-type") ?? "";
  const length = Number(headerOf(request, "content-length") ?? 0);
  if (length === 0 && headerOf(request, "transfer-encoding") === null) return { kind: "none" };
  if (length > max) return { kind: "too_large" };
  if (!request.readableEnded || body === undefined) return { kind: "unread" };
  if (body instanceof Uint8Array) return { kind: "bytes", bytes: body, type };
  return /^multipart\//i.test(type) ? { kind: "unread" } : { kind: "value", value: body };
}

function isJson(body: unknown): boolean {
  return !(body instanceof Uint8Array);
}
