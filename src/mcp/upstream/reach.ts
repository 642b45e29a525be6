import type { ServerConfig } from "../../protocol/foreign.js";
import { connectServer, type Upstream } from "./connect.js";

export { CONNECT_WITHIN_MS } from "./connect.js";

export type ReachOptions = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Told what the server says on stderr. */
  readonly log: (line: string) => void;
  /** Ends whatever is under way. */
  readonly signal: AbortSignal;
};

/** The way to a server for as long as somebody asks it something; then it is ended. */
export function makeReach({ environment, version, log, signal }: ReachOptions) {
  return async <T>(
    { name, server, dir }: { readonly name: string; readonly server: ServerConfig; readonly dir: string },
    ask: (server: Upstream) => Promise<T>,
  ): Promise<T> => {
    const upstream = await connectServer(server, {
      environment,
      version,
      signal,
      cwd: dir,
      note: (line) => log(`[${name}] ${line}`),
      onListChanged: () => {},
      onClose: () => {},
    });
    try {
      return await ask(upstream);
    } finally {
      await upstream.close();
    }
  };
}
