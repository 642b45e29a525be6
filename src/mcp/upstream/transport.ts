import type { Readable } from "node:stream";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { ServerConfig } from "../../protocol/foreign.js";
import { lineReader } from "../lines.js";
import { ServerError } from "./serverError.js";

/** Where a server's child is started, and what it may be given. */
export type Surroundings = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The project's directory, whoever starts the Hall from where. */
  readonly cwd: string;
  /** Told, line by line, what a child says on stderr, and what of its configuration is missing. */
  readonly note: (line: string) => void;
};

const MAX_LINE = 2_000;

/** The way to a configured server. Throws ServerError NO_CREDENTIAL. */
export function transportTo(server: ServerConfig, around: Surroundings): Transport {
  return "command" in server ? childTransport(server, around) : urlTransport(server, around);
}

/**
 * A child whose environment is made of the system's basics (PATH, HOME, LOGNAME, SHELL, TERM, USER; Windows' own) and
 * the variables granted to it by name. Its stderr is the Hall's to log, never the client's to read.
 */
function childTransport(
  { command, args, env }: Extract<ServerConfig, { command: string }>,
  { environment, cwd, note }: Surroundings,
): Transport {
  const granted: Record<string, string> = {};
  for (const name of env) {
    const value = environment[name];
    if (value === undefined) note(`${name} is granted to it, but isn't set here`);
    else granted[name] = value;
  }
  const transport = new StdioClientTransport({ command, args, env: granted, cwd, stderr: "pipe" });
  const read = lineReader(MAX_LINE, {
    onLine: (line) => note(line.toString("utf8")),
    onOversize: () => note(`(a line of over ${MAX_LINE} bytes)`),
  });
  (transport.stderr as Readable | null)?.on("data", read);
  return transport as Transport;
}

/**
 * Streamable HTTP to one origin. Header values come from granted variables at this moment and are kept nowhere; every
 * request goes to the configured origin, and a redirect isn't followed: a credential goes where it was meant to go.
 */
function urlTransport(
  { url, headers }: Extract<ServerConfig, { url: string }>,
  { environment }: Surroundings,
): Transport {
  const target = new URL(url);
  const values: Record<string, string> = {};
  for (const [header, name] of Object.entries(headers)) {
    const value = environment[name];
    if (value === undefined)
      throw new ServerError("NO_CREDENTIAL", `its header ${header} comes from ${name}, which isn't set here`);
    values[header] = value;
  }
  return new StreamableHTTPClientTransport(target, {
    requestInit: { headers: values },
    fetch: (to, init) => {
      if (new URL(to).origin !== target.origin)
        throw new ServerError("UNREACHABLE", `it sends requests to another origin than ${target.origin}`);
      return fetch(to, { ...init, redirect: "error" });
    },
  }) as Transport;
}
