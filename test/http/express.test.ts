import { EventEmitter, once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { expressMiddleware, RECEIPT_HEADER } from "../../src/http/index.js";
import { HOST_SPECIES } from "../../src/protocol/foreign.js";
import { openTestHall } from "../../src/testing/index.js";
import { ruleFor } from "../hall/memoryHall.js";
import { ADA, LOOK } from "./served.js";

const { hall, gate, records } = await openTestHall({
  rules: [ruleFor("rr_look_dev_001", LOOK, HOST_SPECIES)],
});
afterAll(() => hall.close());

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const governedRoute = () =>
  expressMiddleware({
    identify: (token) => (token === "token-of-ada" ? { worker_id: "ada" } : null),
    gate: ({ worker_id }) => gate(worker_id),
    capability: LOOK,
  });

type App = ReturnType<typeof express>;

/** Serves an app on loopback and gives its address. */
async function listen(set: (app: App) => void): Promise<string> {
  const app = express();
  app.set("env", "test");
  set(app);
  const server = createServer(app as never);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const posted = (type: string, body: string | FormData): RequestInit => ({
  method: "POST",
  headers: { ...ADA, ...(typeof body === "string" ? { "Content-Type": type } : {}) },
  body,
});

describe("Express's middleware", () => {
  test("a body that no parser has read is 415, also of a type that the parser doesn't take", async () => {
    let ran = 0;
    const handler = (_: unknown, response: { end(): void }) => {
      ran++;
      response.end();
    };
    const bare = await listen((app) => app.use(governedRoute()).post("/", handler));
    expect((await fetch(bare, posted("application/json", "{}"))).status).toBe(415);
    const parsing = await listen((app) => app.use(express.json(), governedRoute()).post("/", handler));
    expect((await fetch(parsing, posted("text/plain", "tea"))).status).toBe(415);
    const pretending = await listen((app) =>
      app
        .use((incoming, _, next) => {
          incoming.body = {}; // as Express 4's parsers say of a type that isn't theirs
          next();
        })
        .use(governedRoute())
        .post("/", handler),
    );
    expect((await fetch(pretending, posted("text/plain", "tea"))).status).toBe(415);
    const form = new FormData();
    form.set("file", new Blob(["tea"]), "tea.txt");
    expect((await fetch(parsing, posted("", form))).status).toBe(415);
    expect(ran).toBe(0);
    expect((await fetch(parsing, posted("application/json", "{}"))).status).toBe(200);
  });

  test("the handler gets the body as it was decided on, bytes as they came", async () => {
    const seen: unknown[] = [];
    const url = await listen((app) =>
      app
        .use(express.json(), express.urlencoded(), express.text(), express.raw(), governedRoute())
        .post("/", (incoming, response) => {
          seen.push(incoming.body);
          response.end();
        }),
    );
    await fetch(url, posted("application/json", '{"n":[1,2]}'));
    await fetch(url, posted("application/x-www-form-urlencoded", "a=1&b=2"));
    await fetch(url, posted("text/plain", "tea"));
    await fetch(url, posted("application/octet-stream", "tea"));
    expect(seen).toEqual([{ n: [1, 2] }, { a: "1", b: "2" }, "tea", Buffer.from("tea")]);
  });

  test("a handler that answers by stream, callback and writeHead can't tell that it is held back", async () => {
    const url = await listen((app) =>
      app.use(governedRoute()).get("/", (_, response) => {
        response.writeHead(201, "Made", ["X-A", "1", "X-B", "2", "Set-Cookie", "a=1", "Set-Cookie", "b=2"]);
        response.flushHeaders();
        response.write("c3Ry", "base64", () =>
          response.end(new Uint8Array([101, 97, 109]), () => {
            response.status(500).set("X-A", "3").write("too late");
          }),
        );
      }),
    );
    const response = await fetch(url, { headers: ADA });
    expect([response.status, response.statusText, await response.text()]).toEqual([201, "Made", "stream"]);
    expect([response.headers.get("X-A"), response.headers.get("X-B")]).toEqual(["1", "2"]);
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(response.headers.has(RECEIPT_HEADER)).toBe(true);
  });

  test("middleware before it that makes an end wait, as sessions do, is waited for", async () => {
    const url = await listen((app) =>
      app
        .use((_, response, next) => {
          const end = response.end;
          response.end = (...args: unknown[]) => setImmediate(() => end.apply(response, args));
          next();
        })
        .use(governedRoute())
        .get("/", (_, response) => response.status(201).send("made"))
        .get("/fail", (_, response) => response.status(500).send("hunter2")),
    );
    const made = await fetch(url, { headers: ADA });
    expect([made.status, await made.text(), made.headers.has(RECEIPT_HEADER)]).toEqual([201, "made", true]);
    const failed = await fetch(`${url}fail`, { headers: ADA });
    expect([failed.status, await failed.json()]).toMatchObject([500, { code: "HANDLER_ERROR" }]);
  });

  test("what a refused handler said isn't in the answer, what came before it is", async () => {
    const url = await listen((app) =>
      app
        .use((_, response, next) => {
          response.set("X-Before", "kept");
          next();
        })
        .use(governedRoute())
        .get("/", (_, response, next) => {
          response.set({ "X-Before": "hunter2", "X-Secret": "hunter2", "Set-Cookie": "a=hunter2" });
          next(new Error("hunter2"));
        }),
    );
    const response = await fetch(url, { headers: ADA });
    expect([response.status, response.headers.get("X-Before")]).toEqual([500, "kept"]);
    expect(`${await response.text()}${JSON.stringify([...response.headers])}`).not.toContain("hunter2");
  });

  test("who leaves before the answer has cancelled the call, and a late handler speaks to nobody", async () => {
    const handlers = new EventEmitter();
    const begun = once(handlers, "begun");
    const url = await listen((app) =>
      app.use(governedRoute()).get("/", (_, response) => handlers.emit("begun", response)),
    );
    const client = request(url, { headers: ADA });
    client.on("error", () => {});
    client.end();
    const [response] = await begun;
    client.destroy();
    await expect.poll(() => records({ kind: "receipt" }).at(-1)?.code).toBe("CANCELLED");
    response.set("X-Late", "yes");
    response.json({ late: true });
  });

  test("a credential that is sent twice is none", async () => {
    const url = await listen((app) =>
      app.use(governedRoute()).get("/", (_, response) => response.end("ran")),
    );
    const twice = await fetch(url, {
      headers: [...Object.entries(ADA), ["Authorization", "Bearer token-of-ada"]] as [string, string][],
    });
    expect(twice.status).toBe(401);
  });
});
