import type { Readable, Writable } from "node:stream";
import { isObject, type RequestId, requestIdOf } from "./message.js";

/*
 * An IDE starts the server with every window and waits for the answer to `initialize`, most of which is the time that
 * the SDK takes to load. So the usual first message is answered here, with what the SDK itself would answer, before
 * anything is loaded. The message stays in the stream: the server reads it later like any other, and the transport
 * doesn't answer it a second time.
 */

/** Who answers, as clients see it. */
export type Welcome = {
  readonly version: string;
  /** What clients may show a model about this server. */
  readonly instructions?: string;
};

export const SERVER_NAME = "wcp-hall";
/** What the server does (server.ts), as clients are told before it is loaded. */
export const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: {},
  logging: {},
  completions: {},
};

/** Newest first, as the SDK that package.json pins has them; a test holds the two equal. */
export const PROTOCOL_VERSIONS = [
  "2025-11-25",
  "2025-06-18",
  "2025-03-26",
  "2024-11-05",
  "2024-10-07",
] as const;

export type Greeter = {
  /** Settles when the client has said something, or is gone. */
  readonly met: Promise<void>;
  /** Ends the greeting, so that the server can read. Gives the id that was answered, if one was. */
  end(): RequestId | undefined;
};

/** Answers the client's first message if it is an ordinary `initialize`, however soon or late it comes until `end`. */
export function greet(input: Readable, output: Writable, welcome: Welcome): Greeter {
  let answered: RequestId | undefined;
  let settle = () => {};
  const met = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const meet = () => {
    const answer = input.readableLength === 0 ? undefined : greetingTo(peek(input), welcome);
    if (answer !== undefined) {
      answered = answer.id;
      output.write(`${JSON.stringify(answer)}\n`);
    }
    settle();
  };
  input.once("readable", meet);
  return {
    met,
    end() {
      input.off("readable", meet);
      return answered;
    },
  };
}

/** What has arrived, left in the stream. */
function peek(input: Readable): Buffer {
  const bytes: Buffer = input.read();
  input.unshift(bytes);
  return bytes;
}

/** The answer to the first line if that is an ordinary `initialize`; undefined leaves it to the server, whatever it is. */
export function greetingTo(bytes: Buffer, { version, instructions }: Welcome) {
  const end = bytes.indexOf("\n");
  const request = end === -1 ? undefined : parse(bytes.subarray(0, end));
  const id = requestIdOf(request);
  if (id === undefined || !isInitialize(request)) return undefined;
  const asked = request.params.protocolVersion;
  return {
    result: {
      protocolVersion: PROTOCOL_VERSIONS.find((known) => known === asked) ?? PROTOCOL_VERSIONS[0],
      capabilities: CAPABILITIES,
      serverInfo: { name: SERVER_NAME, version },
      ...(instructions === undefined ? {} : { instructions }),
    },
    jsonrpc: "2.0",
    id,
  };
}

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString("utf8"));
  } catch {
    return undefined;
  }
}

type Initialize = { readonly params: { readonly protocolVersion: string } };

/** Narrower than MCP's schema, so that what is greeted is never refused by the server afterwards. */
function isInitialize(request: unknown): request is Initialize {
  if (!hasOnly(request, ["jsonrpc", "id", "method", "params"])) return false;
  if (request["jsonrpc"] !== "2.0" || request["method"] !== "initialize") return false;
  const params = request["params"];
  if (!hasOnly(params, ["protocolVersion", "capabilities", "clientInfo"])) return false;
  return (
    typeof params["protocolVersion"] === "string" &&
    isClientInfo(params["clientInfo"]) &&
    isObject(params["capabilities"]) &&
    Object.entries(params["capabilities"]).every(isUsualCapability)
  );
}

const MAX_TEXT = 256;

function isClientInfo(info: unknown): boolean {
  if (!hasOnly(info, ["name", "version", "title", "description", "websiteUrl"])) return false;
  if (!("name" in info && "version" in info)) return false;
  if (!Object.values(info).every((text) => typeof text === "string")) return false;
  return String(info["name"]).length <= MAX_TEXT && String(info["version"]).length <= MAX_TEXT;
}

function isUsualCapability([name, value]: [string, unknown]): boolean {
  if (name === "roots")
    return hasOnly(value, ["listChanged"]) && Object.values(value).every((it) => typeof it === "boolean");
  return isObject(value) && Object.values(value).every((it) => isObject(it) && Object.keys(it).length === 0);
}

function hasOnly(value: unknown, names: readonly string[]): value is Readonly<Record<string, unknown>> {
  return isObject(value) && Object.keys(value).every((name) => names.includes(name));
}
