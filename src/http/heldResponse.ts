import { validateHeaderValue } from "node:http";
import { TooLarge } from "./wholeBody.js";

/** What of Node's ServerResponse is held back. Express's response is one. */
export type NodeResponse = {
  statusCode: number;
  statusMessage: string;
  readonly headersSent: boolean;
  writeHead(status: number, ...rest: unknown[]): unknown;
  write(chunk: unknown, ...rest: unknown[]): boolean;
  end(...args: unknown[]): unknown;
  flushHeaders(): void;
  setHeader(name: string, value: number | string | readonly string[]): unknown;
  appendHeader(name: string, value: string | readonly string[]): unknown;
  removeHeader(name: string): void;
  getHeaders(): Record<string, number | string | readonly string[] | undefined>;
  addTrailers(trailers: unknown): void;
  writeEarlyHints(hints: unknown, ...rest: unknown[]): void;
  once(event: "close", listener: () => void): unknown;
  destroy(): unknown;
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
};

/** A response that is collected instead of sent. */
export type HeldResponse = {
  /**
   * Status and body as they can go out, once the handler has ended its response. Rejects with TooLarge, and where the
   * body isn't as long as it says or somebody else has answered.
   */
  readonly ended: Promise<{ readonly status: number; readonly body: Uint8Array }>;
  /** Sends what was collected, with these headers besides. This and `replace` send nothing where none can go out. */
  release(headers: Readonly<Record<string, string>>): void;
  /** Sends something else; of what the handler said or still says, nothing goes out. */
  replace(answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly text: string;
  }): void;
};

/** Whether nothing can be sent any more: somebody has answered, or the connection is gone. */
export function isOver({ headersSent, destroyed }: NodeResponse): boolean {
  return headersSent || destroyed;
}

/**
 * Holds a response back from now on, `max` bytes at most. Whoever writes to it can't tell: what Node's own refuses with
 * an exception, this does too, at the same call. Early hints and trailers are left out.
 */
export function holdResponse(
  response: NodeResponse,
  { method, max }: { readonly method: string; readonly max: number },
): HeldResponse {
  const headersBefore = { ...response.getHeaders() };
  const { write, end, writeHead, flushHeaders, setHeader, appendHeader, removeHeader } = response;
  const own = { write, end, writeHead, flushHeaders, setHeader, appendHeader, removeHeader };
  const hasBody = (status: number) => method !== "HEAD" && status !== 204 && status !== 304;
  const { promise, resolve, reject } = withResolvers<{ status: number; body: Uint8Array }>();
  const chunks: Uint8Array[] = [];
  let length = 0;
  let said: { readonly status: number; readonly words: string; readonly body: Uint8Array } | undefined;

  const collect = (chunk: unknown, encoding: unknown) => {
    if (chunk === undefined || chunk === null || typeof chunk === "function") return;
    const bytes = bytesOf(chunk, encoding);
    length += bytes.byteLength;
    if (length > max) reject(new TooLarge(`longer than ${max} bytes`));
    else chunks.push(bytes);
  };
  Object.assign(response, {
    writeHead(status: number, ...rest: unknown[]) {
      const words = typeof rest[0] === "string" ? rest[0] : response.statusMessage;
      checkHead(status, words);
      Object.assign(response, { statusCode: status, statusMessage: words });
      putHeaders(response, rest.at(-1));
      return response;
    },
    flushHeaders() {},
    addTrailers() {},
    writeEarlyHints(_: unknown, ...rest: unknown[]) {
      calledBack(rest);
    },
    write(chunk: unknown, ...rest: unknown[]) {
      checkHead(response.statusCode, response.statusMessage);
      collect(chunk, rest[0]);
      calledBack(rest);
      return true;
    },
    end(...args: unknown[]) {
      const { statusMessage: words } = response;
      const status = Math.trunc(Number(response.statusCode)); // as Node takes it
      checkHead(status, words);
      collect(args[0], args[1]);
      const body = Buffer.concat(hasBody(status) ? chunks : []);
      const claimed = response.getHeaders()["content-length"];
      silence(response, () => response); // what was committed to is what goes out
      if (isOver(response)) reject(new Error("somebody else has answered"));
      if (hasBody(status) && claimed !== undefined && Number(claimed) !== body.byteLength)
        reject(new Error("the body isn't as long as its Content-Length says"));
      said = { status, words, body };
      resolve(said);
      calledBack(args);
      return response;
    },
  });

  const send = (status: number, words: string, headers: NodeHeaders, body: Uint8Array | string) => {
    Object.assign(response, own, { statusCode: status, statusMessage: words });
    const unsent = () => (response.headersSent ? response : writeHead.call(response, status, words));
    try {
      if (isOver(response)) return;
      response.removeHeader("Trailer"); // Node refuses to announce what it then isn't given
      for (const [name, value] of Object.entries(headers))
        if (value !== undefined) response.setHeader(name, value);
      if (hasBody(status)) response.end(body);
      else response.end();
    } finally {
      silence(response, unsent); // an end that others made wait may still have to send the head
    }
  };
  return {
    ended: promise,
    release(headers) {
      if (said !== undefined) send(said.status, said.words, headers, said.body);
    },
    replace({ status, headers, text }) {
      if (!isOver(response))
        for (const name of Object.keys(response.getHeaders())) removeHeader.call(response, name);
      send(status, "", { ...headersBefore, ...headers }, text);
    },
  };
}

type NodeHeaders = ReturnType<NodeResponse["getHeaders"]>;

/**
 * Throws what Node throws of a status or words that can't be sent, and of a status that answers nothing yet (1xx). A
 * fault may be as odd as it likes: it isn't what goes out.
 */
function checkHead(status: number, words: string | undefined): void {
  if (status >= 500 && status <= 999) return;
  if (!(status >= 200 && status < 500))
    throw Object.assign(new RangeError(`Invalid status code: ${String(status)}`), {
      code: "ERR_HTTP_INVALID_STATUS_CODE",
    });
  validateHeaderValue("statusMessage", words ?? "");
}

/** A handler that goes on after its call was ended speaks to nobody. */
function silence(response: NodeResponse, writeHead: () => unknown): void {
  const nothing = () => response;
  const write = () => true;
  const flushHeaders = () => {};
  const silent = { end: nothing, setHeader: nothing, appendHeader: nothing, removeHeader: nothing };
  Object.assign(response, silent, { writeHead, write, flushHeaders });
}

/** The headers of a writeHead as Node takes them: an object, or a list of names and values in turn. */
function putHeaders(response: NodeResponse, given: unknown): void {
  if (typeof given !== "object" || given === null) return;
  if (!Array.isArray(given)) {
    for (const [name, value] of Object.entries(given)) response.setHeader(name, value);
    return;
  }
  const flat: readonly string[] = given.flat();
  const pairs = flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ""] as const] : []));
  for (const [name] of pairs) response.removeHeader(name);
  for (const [name, value] of pairs) response.appendHeader(name, value);
}

function bytesOf(chunk: unknown, encoding: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  if (typeof chunk !== "string") throw new TypeError("a response is written as text or bytes");
  return Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8");
}

function calledBack(args: readonly unknown[]): void {
  const last = args.at(-1);
  if (typeof last === "function") queueMicrotask(() => (last as () => void)());
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {}); // also where nobody waits any more
  return { promise, resolve, reject };
}
