import type { Context, HonoRequest, MiddlewareHandler } from "hono";
import { RECEIPT_HEADER } from "./answer.js";
import type { RouteBody } from "./asked.js";
import { checkRoute, governRoute } from "./governRoute.js";
import type { RouteIdentity, RouteOptions } from "./route.js";
import { TooLarge, wholeBody } from "./wholeBody.js";

/**
 * Hono middleware that governs the routes after it: `app.use("/notes/*", honoMiddleware({...}))`. Throws TypeError for
 * options that can't govern anything.
 */
export function honoMiddleware<I extends RouteIdentity>(options: RouteOptions<I>): MiddlewareHandler {
  const checked = checkRoute(options);
  return async (context, next) => {
    const { raw } = context.req;
    const url = new URL(raw.url);
    const headersBefore = new Headers(context.res.headers);
    const answer = await governRoute(checked, {
      request: {
        method: raw.method,
        path: url.pathname,
        query: url.search.slice(1),
        header: (name) => raw.headers.get(name),
      },
      signal: raw.signal,
      body: (max) => readBody(context, max),
      async handle(_args, max, stopped) {
        await next();
        if (context.error !== undefined && context.res.status >= 500) throw context.error;
        const { status, headers, body: stream } = context.res;
        if (status < 200 || status > 599) throw new RangeError(`no response has the status ${status}`);
        const body = await wholeBody(raw.method === "HEAD" ? dropped(stream) : stream, max, stopped);
        const sent = new Response(stream === null ? null : new Uint8Array(body), { status, headers });
        return { status, body, sent };
      },
    });
    context.res = undefined; // else Hono adds the headers of the response that is replaced
    if (answer.response === null) {
      const { status, headers, text } = answer.refusal;
      for (const [name, value] of Object.entries(headers)) headersBefore.set(name, value);
      context.res = new Response(text, { status, headers: headersBefore });
      return;
    }
    context.res = answer.response.sent;
    context.res.headers.set(RECEIPT_HEADER, answer.receipt_id);
  };
}

/** What HEAD is answered has no body: what a handler made of one is neither sent nor committed to. */
function dropped(stream: ReadableStream<Uint8Array> | null): null {
  stream?.cancel().catch(() => {});
  return null;
}

/** Reads the body whole, and leaves it to be read again, by Hono's means and from the raw request. */
async function readBody({ req }: Context, max: number): Promise<RouteBody> {
  const type = req.raw.headers.get("content-type") ?? "";
  try {
    const bytes = await bytesOf(req, max);
    if (bytes === undefined) return { kind: "unread" };
    return bytes.byteLength === 0 ? { kind: "none" } : { kind: "bytes", bytes, type };
  } catch (error) {
    if (error instanceof TooLarge) return { kind: "too_large" };
    throw error;
  }
}

/** Undefined where somebody took the body away. What was read by Hono's means is what Hono remembers. */
async function bytesOf(req: HonoRequest, max: number): Promise<Uint8Array | undefined> {
  if (Object.keys(req.bodyCache).length > 0) {
    const bytes = new Uint8Array(await req.arrayBuffer());
    if (bytes.byteLength > max) throw new TooLarge(`longer than ${max} bytes`);
    return bytes;
  }
  if (req.raw.bodyUsed) return undefined;
  if (req.raw.body === null) return new Uint8Array();
  const bytes = await wholeBody(req.raw.body, max);
  req.raw = new Request(req.raw, { body: new Uint8Array(bytes) });
  return bytes;
}
