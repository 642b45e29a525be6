import { EventEmitter, once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import express from "express";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { type ExpressMiddleware, expressMiddleware, RECEIPT_HEADER } from "../../src/http/index.js";
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

const whose = (token: string) => (token === "token-of-ada" ? { worker_id: "ada" } : null);

const governedRoute = (identify: (token: string) => ReturnType<typeof whose> | Promise<null> = whose) =>
  expressMiddleware({
    identify,
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

const settled: Promise<unknown>[] = [];

/** As Express 4 calls it: whatever becomes of its promise, nobody looks, so a rejection ends the process. */
const asExpress4 =
  (middleware: ExpressMiddleware) => (incoming: never, response: never, next: () => void) => {
    settled.push(middleware(incoming, response, next));
  };

const lastReceipt = () => records({ kind: "receipt" }).at(-1);
const receiptOf = (response: Response) => records({ id: response.headers.get(RECEIPT_HEADER) ?? "none" })[0];

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

describe("what can't be sent is nobody's crash", () => {
  afterEach(async () => {
    await expect(Promise.all(settled.splice(0))).resolves.toBeDefined(); // none has rejected
  });

  test("somebody else answers a stranger while their credential is looked up", async () => {
    const looking = new EventEmitter();
    const url = await listen((app) =>
      app
        .use((_, response, next) => {
          looking.once("looking", () => response.status(503).write("la"));
          looking.once("looked", () => response.end("te"));
          next();
        })
        .use(
          asExpress4(
            governedRoute(async () => {
              looking.emit("looking");
              await new Promise((resolve) => setImmediate(resolve));
              return null;
            }),
          ),
        ),
    );
    const late = await fetch(url, { headers: ADA });
    await Promise.all(settled);
    looking.emit("looked"); // it may take its time
    expect([late.status, await late.text()]).toEqual([503, "late"]);
    expect((await fetch(url)).status).toBe(401);
  });

  test("a stranger leaves while their credential is looked up", async () => {
    const looking = new EventEmitter();
    const begun = once(looking, "looking");
    const url = await listen((app) =>
      app.use((incoming, response, next) => {
        const gone = once(response, "close");
        const route = governedRoute(async () => {
          looking.emit("looking");
          await gone;
          return null;
        });
        asExpress4(route)(incoming as never, response as never, next);
      }),
    );
    const client = request(url, { headers: ADA });
    client.on("error", () => {});
    client.end();
    await begun;
    client.destroy();
    await expect.poll(() => settled.length).toBe(1);
  });

  test("a route whose request was answered before its turn doesn't run", async () => {
    let ran = false;
    const url = await listen((app) =>
      app
        .use((_, response, next) => {
          response.status(503).end("late");
          next();
        })
        .use(asExpress4(governedRoute()))
        .get("/", () => {
          ran = true;
        }),
    );
    const before = records({ kind: "receipt" }).length;
    const late = await fetch(url, { headers: ADA });
    expect([late.status, await late.text()]).toEqual([503, "late"]);
    await expect.poll(() => records({ kind: "receipt" }).length).toBe(before + 1);
    expect([ran, lastReceipt()?.code]).toEqual([
      false,
      expect.stringMatching(/^(?:HANDLER_ERROR|CANCELLED)$/),
    ]);
  });

  test("who goes around the hold has answered, and the receipt says that the call failed", async () => {
    const url = await listen((app) =>
      app
        .use((_, response, next) => {
          const { end, writeHead } = response;
          response.past = () => {
            writeHead.call(response, 503);
            end.call(response, "late");
          };
          next();
        })
        .use(asExpress4(governedRoute()))
        .get("/", (_, response) => {
          response.past();
          response.end("ran");
        }),
    );
    const before = records({ kind: "receipt" }).length;
    const late = await fetch(url, { headers: ADA });
    expect([late.status, await late.text()]).toEqual([503, "late"]);
    await expect.poll(() => records({ kind: "receipt" }).length).toBe(before + 1);
    expect(lastReceipt()).toMatchObject({ code: expect.stringMatching(/^(?:HANDLER_ERROR|CANCELLED)$/) });
  });

  type Answer = Record<"status" | "statusMessage" | "set" | "write" | "writeHead" | "end", CallableFunction>;
  const unsendable: readonly [string, (response: Answer) => unknown][] = [
    ["a status that is none", (response) => Object.assign(response, { statusCode: 42 }).end()],
    ["a status that isn't a number", (response) => Object.assign(response, { statusCode: "x" }).end()],
    ["a status that answers nothing yet", (response) => Object.assign(response, { statusCode: 101 }).end()],
    ["such a status in writeHead", (response) => response.writeHead(42).end()],
    ["such a status before a write", (response) => Object.assign(response, { statusCode: 42 }).write("a")],
    ["words of two lines", (response) => Object.assign(response, { statusMessage: "a\nb" }).end("x")],
    ["words of two lines in writeHead", (response) => response.writeHead(200, "a\nb").end()],
    ["a header of two lines", (response) => response.writeHead(200, { "X-A": "a\nb" }).end()],
    ["a body that is neither text nor bytes", (response) => response.end(42)],
    ["a body shorter than it says", (response) => response.set("Content-Length", "9").end("x")],
    [
      "a body longer than it says",
      (response) => response.set("Content-Length", "1").end("a\r\nHTTP/1.1 200"),
    ],
  ];
  test.each(unsendable)("%s is 500, and a call that failed", async (_, answer) => {
    const url = await listen((app) =>
      app.use(asExpress4(governedRoute())).get("/", (_request, response) => {
        response.set("X-Secret", "hunter2");
        answer(response);
      }),
    );
    const response = await fetch(url, { headers: ADA });
    expect([response.status, await response.json()]).toMatchObject([500, { code: "HANDLER_ERROR" }]);
    expect(response.headers.has("X-Secret")).toBe(false);
    expect(lastReceipt()).toMatchObject({ code: "HANDLER_ERROR" });
  });

  test("a handler of errors can still answer for it", async () => {
    const url = await listen((app) =>
      app
        .use(asExpress4(governedRoute()))
        .get("/", (_, response) => Object.assign(response, { statusCode: 42 }).end())
        .use((error: Error, _request: unknown, response: Record<string, CallableFunction>, _next: unknown) =>
          response["status"]?.(400).json({ code: (error as { code?: string }).code }),
        ),
    );
    const response = await fetch(url, { headers: ADA });
    expect([response.status, await response.json()]).toEqual([400, { code: "ERR_HTTP_INVALID_STATUS_CODE" }]);
    expect(receiptOf(response)).toMatchObject({ kind: "receipt" });
  });

  test("middleware before it that throws at the end of a response: 500 with the receipt, then no more", async () => {
    let throws = 1;
    const url = await listen((app) =>
      app
        .use((_, response, next) => {
          const { end } = response;
          response.end = (...args: unknown[]) => {
            if (throws-- > 0) throw new Error("hunter2");
            return end.apply(response, args);
          };
          next();
        })
        .use(asExpress4(governedRoute()))
        .get("/", (_, response) => response.send("ran")),
    );
    const once = await fetch(url, { headers: ADA });
    expect([once.status, await once.json()]).toMatchObject([500, { code: "RESPONSE_NOT_SENT" }]);
    expect(receiptOf(once)).toMatchObject({ kind: "receipt", code: null });
    throws = 2;
    await expect(fetch(url, { headers: ADA })).rejects.toThrow(); // cut off, not left waiting
    throws = 1;
    await expect(fetch(url)).rejects.toThrow();
  });

  test("a server that allows no body where none is sent", async () => {
    const app = express();
    app.use(asExpress4(governedRoute())).get("/", (_, response) => response.end("ran"));
    const server = createServer({ rejectNonStandardBodyWrites: true }, app as never);
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect((await fetch(url, { method: "HEAD" })).status).toBe(401);
    const head = await fetch(url, { method: "HEAD", headers: ADA });
    expect([head.status, head.headers.has(RECEIPT_HEADER)]).toEqual([200, true]);
  });

  test("trailers and early hints of a handler aren't sent", async () => {
    const url = await listen((app) =>
      app.use(asExpress4(governedRoute())).get("/", (_, response) => {
        response.writeEarlyHints({ link: "</hunter2>; rel=preload" });
        response.set("Trailer", "X-Late").write("a");
        response.addTrailers({ "X-Late": "hunter2" });
        response.end("b");
      }),
    );
    const early: unknown[] = [];
    const client = request(url, { headers: ADA })
      .on("information", (said) => early.push(said))
      .end();
    const [answer] = await once(client, "response");
    expect(await text(answer)).toBe("ab");
    expect([answer.statusCode, early, answer.trailers]).toEqual([200, [], {}]);
  });
});
