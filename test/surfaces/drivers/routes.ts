import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { Hono } from "hono";
import type { Gate } from "../../../src/hall/types.js";
import { readAsked, routeDefinition } from "../../../src/http/asked.js";
import { expressMiddleware, honoMiddleware, RECEIPT_HEADER } from "../../../src/http/index.js";
import type { Json, JsonObject } from "../../../src/protocol/canonical.js";
import type { HostTool } from "../host.js";
import type { Person, Stage } from "../stage.js";
import { type Ask, afterReceipt, isObject, type Seen, type Surface } from "../surface.js";
import { guardOn, seenWhole } from "./gate.js";

const MAX_BYTES = 8 * 1024 * 1024;

type Tools = Readonly<Record<string, HostTool>>;

const ASKS_NOBODY = "a route has nobody to ask: it answers 202, and is asked again";
const skips = {
  "degraded adapter": "no order names the adapter http: who runs the route can take it away",
  "held, then confirmed": ASKS_NOBODY,
  "held, then declined": ASKS_NOBODY,
  "a client's yes where an approver must sign": ASKS_NOBODY,
  "a client's no where an approver must sign": ASKS_NOBODY,
};

/** The route of a tool: posted to by its name in the cast, with the arguments as the body. */
const routeOf = (stage: Stage, { name, description, capability }: HostTool) => ({
  identify: (token: string) => ({ worker_id: token }),
  gate: ({ worker_id }: { readonly worker_id: string }) => stage.gate(worker_id as Person),
  capability,
  name,
  description,
});

/** The headers of a call; a scenario's invalid arguments say what is wrong with them. */
function headersOf({ person, args }: Ask, { capability }: HostTool): Readonly<Record<string, string>> {
  const wrong = (args as { readonly header?: string } | null)?.header;
  return {
    Authorization: `Bearer ${person}`,
    "Content-Type": "application/json",
    "X-Capability": wrong === "another capability" ? "cap.other.thing" : capability,
    ...(wrong === "no worker" ? {} : { "X-Worker-ID": wrong === "another worker" ? "mallory" : person }),
  };
}

/** The gate itself, asked what a route asks. */
export const guardForRoutes: Surface = {
  ...guardOn("memory"),
  name: "gate.guard, for routes",
  skips,
  open: (stage, tools) => ({
    async call(ask) {
      const tool = toolIn(tools, ask);
      const headers = headersOf(ask, tool);
      const { capability } = tool;
      const header = (wanted: string) =>
        Object.entries(headers).find(([name]) => name.toLowerCase() === wanted.toLowerCase())?.[1] ?? null;
      const { args } = readAsked(
        { method: "POST", path: `/${ask.tool}`, query: "", header },
        { kind: "value", value: ask.args },
        { worker_id: ask.person, capability, headers: undefined },
      );
      const signal = ask.signal === undefined ? {} : { signal: ask.signal };
      const gate: Gate = stage.gate(ask.person).through("http");
      const definition = routeDefinition(capability, tool);
      const outcome = await gate.guard(
        { definition, capability, args, options: signal },
        async (decided, stop) => {
          const output = await tool.run((decided as { readonly body: Json }).body, stop);
          if (JSON.stringify(output).length > MAX_BYTES) throw new Error(`longer than ${MAX_BYTES} bytes`);
          return output;
        },
      );
      return seenWhole(outcome);
    },
  }),
};

function toolIn(tools: Tools, { tool }: Ask): HostTool {
  const found = tools[tool];
  if (found === undefined) throw new Error(`no tool ${tool}`);
  return found;
}

/** Express's parser takes no other body; in a scenario the member `header` isn't part of one. */
function cannotCall({ args }: Ask): string | undefined {
  return isObject(args) && JSON.stringify(args).length < 100_000 ? undefined : "express.json refuses it";
}

const shared = {
  adapter: "http",
  correlates: false,
  previews: false,
  skips,
} as const;

/** Routes of Hono behind its middleware. */
export const honoRoutes: Surface = {
  ...shared,
  name: "Hono routes",
  open(stage, tools) {
    const app = new Hono();
    app.onError((_error, c) => c.text("no words", 500));
    for (const [path, tool] of Object.entries(tools)) {
      app.use(`/${path}`, honoMiddleware(routeOf(stage, tool)));
      app.post(`/${path}`, async (c) =>
        c.json((await tool.run(await c.req.json(), c.req.raw.signal)) as JsonObject),
      );
    }
    return { call: (ask) => asked(stage, ask, toolIn(tools, ask), (path, init) => app.request(path, init)) };
  },
};

/** Routes of Express behind its middleware, over a socket. */
export const expressRoutes: Surface = {
  ...shared,
  name: "Express routes",
  cannotCall,
  answersFaults: true,
  async open(stage, tools) {
    const app = express();
    app.set("env", "test"); // else Express prints what handlers throw
    app.use(express.json());
    for (const [path, tool] of Object.entries(tools)) {
      app.use(`/${path}`, expressMiddleware(routeOf(stage, tool)));
      app.post(`/${path}`, async (request, response) => {
        response.json(await tool.run(request.body, new AbortController().signal));
      });
    }
    const server = createServer(app as never);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return {
      call: (ask) =>
        asked(stage, ask, toolIn(tools, ask), (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init)),
      async close() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
};

type Fetch = (path: string, init: RequestInit) => Promise<Response> | Response;

async function asked(stage: Stage, ask: Ask, tool: HostTool, fetch: Fetch): Promise<Seen> {
  const since = stage.place();
  const init = { method: "POST", headers: headersOf(ask, tool), body: JSON.stringify(ask.args) };
  try {
    return await seenOn(await fetch(`/${ask.tool}`, { ...init, ...(ask.signal && { signal: ask.signal }) }));
  } catch (error) {
    if (ask.signal?.aborted) return afterReceipt(stage, since); // who goes away gets no answer
    throw error;
  }
}

async function seenOn(response: Response): Promise<Seen> {
  const body = (await response.json()) as Json;
  if (response.headers.has(RECEIPT_HEADER))
    return { kind: "done", code: null, output: body, text: undefined };
  const {
    outcome: kind,
    code,
    message,
  } = body as unknown as {
    readonly outcome: Seen["kind"];
    readonly code: string | null;
    readonly message: string;
  };
  // What is wrong with a header a route says by the header's name, which nobody else has.
  const text = /Problems: X-/.test(message) ? undefined : message;
  return { kind, code, output: undefined, text };
}
