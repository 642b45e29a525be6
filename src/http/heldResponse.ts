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
  once(event: "close", listener: () => void): unknown;
  readonly writableFinished: boolean;
};

/** A response that is collected instead of sent. */
export type HeldResponse = {
  /** Status and body, once the handler has ended its response. Rejects with TooLarge. */
  readonly ended: Promise<{ readonly status: number; readonly body: Uint8Array }>;
  /** Sends what was collected, with these headers besides. */
  release(headers: Readonly<Record<string, string>>): void;
  /** Sends something else; of what the handler said or still says, nothing goes out. */
  replace(answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly text: string;
  }): void;
};

/** Holds a response back from now on, `max` bytes at most. Whoever writes to it can't tell. */
export function holdResponse(response: NodeResponse, max: number): HeldResponse {
  const headersBefore = { ...response.getHeaders() };
  const { write, end, writeHead, flushHeaders, setHeader, appendHeader, removeHeader } = response;
  const own = { write, end, writeHead, flushHeaders, setHeader, appendHeader, removeHeader };
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
      response.statusCode = status;
      if (typeof rest[0] === "string") response.statusMessage = rest[0];
      putHeaders(response, rest.at(-1));
      return response;
    },
    flushHeaders() {},
    write(chunk: unknown, ...rest: unknown[]) {
      collect(chunk, rest[0]);
      calledBack(rest);
      return true;
    },
    end(...args: unknown[]) {
      collect(args[0], args[1]);
      const { statusCode: status, statusMessage: words } = response;
      said = { status, words, body: Buffer.concat(chunks) };
      silence(response, () => response); // what was committed to is what goes out
      resolve(said);
      calledBack(args);
      return response;
    },
  });

  const send = (status: number, words: string, body: Uint8Array | string) => {
    Object.assign(response, own, { statusCode: status, statusMessage: words });
    response.end(body);
    const unsent = () => (response.headersSent ? response : writeHead.call(response, status, words));
    silence(response, unsent); // an end that others made wait may still have to send the head
  };
  return {
    ended: promise,
    release(headers) {
      if (said === undefined) return;
      for (const [name, value] of Object.entries(headers)) setHeader.call(response, name, value);
      send(said.status, said.words, said.body);
    },
    replace({ status, headers, text }) {
      for (const name of Object.keys(response.getHeaders())) removeHeader.call(response, name);
      for (const [name, value] of Object.entries({ ...headersBefore, ...headers }))
        if (value !== undefined) setHeader.call(response, name, value);
      send(status, "", text);
    },
  };
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
