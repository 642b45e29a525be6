import { canonicalJson, type Json } from "../../protocol/canonical.js";
import type { ServerConfig } from "../../protocol/foreign.js";
import type { ConnectOptions, Upstream } from "./connect.js";
import { ServerError } from "./serverError.js";

/** The foreign servers of one process: each started when it is first needed, and stopped when it may no longer be. */
export type Pool = {
  /** The server, connected. Rejects with ServerError; then the next one who asks tries again. */
  connect(origin: string): Promise<Upstream>;
  /** Stops every server but these. */
  retain(origins: ReadonlySet<string>): void;
  /** Calls `fn` when a server says that its tools changed. One that goes away is started again by whoever needs it. */
  onChanged(fn: () => void): () => void;
  close(): Promise<void>;
};

export type PoolOptions = {
  /** The servers of the policy in force, by name. */
  readonly servers: () => Readonly<Record<string, ServerConfig>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The project's directory. */
  readonly cwd: string;
  readonly version: string;
  /** Told what servers say on stderr and what goes wrong with them: the Hall's own log. */
  readonly log: (line: string) => void;
  /** Instead of the real way to a server; in tests. */
  readonly connect?: (server: ServerConfig, options: ConnectOptions) => Promise<Upstream>;
};

type Entry = {
  readonly key: string;
  readonly upstream: Promise<Upstream>;
  readonly ending: AbortController;
};

/** The client side of MCP loads with the first server that is needed. */
const connectReal: NonNullable<PoolOptions["connect"]> = async (server, options) =>
  (await import("./connect.js")).connectServer(server, options);

export function openPool(options: PoolOptions): Pool {
  const { connect = connectReal, environment, cwd, version, log } = options;
  const entries = new Map<string, Entry>();
  const listeners = new Set<() => void>();
  const closing = new Set<Promise<void>>();
  let closed = false;

  const tell = () => {
    for (const fn of listeners) fn();
  };

  function start(origin: string, server: ServerConfig, key: string): Entry {
    const forget = () => {
      if (entries.get(origin) === entry) entries.delete(origin);
    };
    const ending = new AbortController();
    const upstream = connect(server, {
      signal: ending.signal,
      environment,
      cwd,
      version,
      note: (line) => log(`[${origin}] ${line}`),
      onListChanged: tell,
      onClose: () => forget(),
    });
    const entry: Entry = { key, upstream, ending };
    entries.set(origin, entry);
    upstream.catch((error: unknown) => {
      forget();
      if (!ending.signal.aborted)
        log(`[${origin}] ${error instanceof Error ? error.message : "it can't be reached"}`);
    });
    return entry;
  }

  /** Forgotten at once, gone when its process is. */
  function stop(origin: string): void {
    const entry = entries.get(origin);
    if (entry === undefined) return;
    entries.delete(origin);
    entry.ending.abort();
    const gone = entry.upstream
      .then((upstream) => upstream.close())
      .catch(() => {}) // it never came, or is gone already
      .finally(() => closing.delete(gone));
    closing.add(gone);
  }

  return {
    async connect(origin) {
      const servers = options.servers();
      const server = Object.hasOwn(servers, origin) ? servers[origin] : undefined;
      if (server === undefined || closed)
        throw new ServerError("NOT_CONFIGURED", `no server ${origin} is in force`);
      const key = canonicalJson(server as Json);
      if (entries.get(origin)?.key !== key) stop(origin); // the policy has another command by now
      return (entries.get(origin) ?? start(origin, server, key)).upstream;
    },
    retain(origins) {
      for (const origin of [...entries.keys()]) if (!origins.has(origin)) stop(origin);
    },
    onChanged(fn) {
      listeners.add(fn);
      return () => void listeners.delete(fn);
    },
    async close() {
      closed = true;
      for (const origin of [...entries.keys()]) stop(origin);
      await Promise.all(closing);
    },
  };
}
