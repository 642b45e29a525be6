import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import express from "express";
import { Hono } from "hono";
import { stream } from "hono/streaming";
import {
  expressMiddleware,
  honoMiddleware,
  type RouteIdentity,
  type RouteOptions,
} from "../../src/http/index.js";
import { HOST_SPECIES } from "../../src/protocol/foreign.js";
import { openTestHall, type TestHall } from "../../src/testing/index.js";
import { ruleFor } from "../hall/memoryHall.js";

export const LOOK = "cap.doc.search";
export const WRITE = "cap.doc.write";

/** One small API behind the middleware, the same in every framework. */
export type Served = {
  readonly hall: TestHall;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Times that a handler ran. */
  readonly runs: () => number;
  close(): Promise<void>;
};

export const ADA = { Authorization: "Bearer token-of-ada", "X-Worker-ID": "ada", "X-Capability": LOOK };

const WORKERS = new Map<string, RouteIdentity>([
  ["token-of-ada", { worker_id: "ada" }],
  ["token-of-bob", { worker_id: "bob" }],
]);

async function governedBy(overrides: Partial<RouteOptions<RouteIdentity>>) {
  const hall = await openTestHall({
    rules: [
      ruleFor("rr_look_dev_001", LOOK, HOST_SPECIES),
      ruleFor("rr_write_dev_001", WRITE, HOST_SPECIES, { human_required_default: true }),
    ],
  });
  const options: RouteOptions<RouteIdentity> = {
    identify: (token) => WORKERS.get(token) ?? null,
    gate: ({ worker_id }) => hall.gate(worker_id),
    capability: ({ method }) => (method === "POST" ? WRITE : LOOK),
    maxBytes: 10_000,
    ...overrides,
  };
  return { hall, options };
}

export async function serveHono(overrides: Partial<RouteOptions<RouteIdentity>> = {}): Promise<Served> {
  const { hall, options } = await governedBy(overrides);
  let runs = 0;
  const app = new Hono();
  app.onError((error, c) => c.text(error.message, 500));
  app.use("*", honoMiddleware(options));
  app.use("*", async (_, next) => {
    runs++;
    await next();
  });
  app.get("/notes/:id", (c) => c.json({ id: c.req.param("id"), query: c.req.query() }));
  app.post("/notes", async (c) => c.json({ made: await c.req.json() }, 201, { "X-Made": "yes" }));
  app.post("/raw", async (c) => c.text(String((await c.req.arrayBuffer()).byteLength)));
  app.get("/fail", (c) => {
    c.header("Set-Cookie", "secret=hunter2");
    throw new Error("the password is hunter2");
  });
  app.get("/unwell", (c) => c.text("the password is hunter2", 503));
  app.get("/gone", (c) => c.body(null, 204));
  app.get("/stream", (c) =>
    stream(c, async (out) => {
      for (const part of ["a", "b", "c"]) await out.write(part);
    }),
  );
  app.get("/big", (c) => c.text("x".repeat(10_001)));
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }) as Server;
  await new Promise((resolve) => server.once("listening", resolve));
  return served(hall, server, () => runs);
}

export async function serveExpress(overrides: Partial<RouteOptions<RouteIdentity>> = {}): Promise<Served> {
  const { hall, options } = await governedBy(overrides);
  let runs = 0;
  const app = express();
  app.set("env", "test"); // else Express prints what handlers throw
  app.use(express.json(), express.raw());
  app.use(expressMiddleware(options));
  app.use((_request, _response, next) => {
    runs++;
    next();
  });
  app.get("/notes/:id", (request, response) => {
    response.json({ id: request.params.id, query: { ...request.query } });
  });
  app.post("/notes", (request, response) => {
    response.status(201).set("X-Made", "yes").json({ made: request.body });
  });
  app.post("/raw", (request, response) => {
    response.type("text").send(String(request.body.length));
  });
  app.get("/fail", (_request, response) => {
    response.set("Set-Cookie", "secret=hunter2");
    throw new Error("the password is hunter2");
  });
  app.get("/unwell", (_request, response) => {
    response.status(503).send("the password is hunter2");
  });
  app.get("/gone", (_request, response) => {
    response.status(204).end();
  });
  app.get("/stream", (_request, response) => {
    response.writeHead(200, { "Content-Type": "text/plain" });
    for (const part of ["a", "b", "c"]) response.write(part);
    response.end();
  });
  app.get("/big", (_request, response) => {
    response.send("x".repeat(10_001));
  });
  const server = createServer(app as never);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return served(hall, server, () => runs);
}

function served(hall: TestHall, server: Server, runs: () => number): Served {
  const { port } = server.address() as AddressInfo;
  return {
    hall,
    runs,
    fetch: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await hall.close();
    },
  };
}
