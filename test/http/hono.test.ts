import { Hono } from "hono";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import { afterAll, describe, expect, test } from "vitest";
import { honoMiddleware, RECEIPT_HEADER } from "../../src/http/index.js";
import { HOST_SPECIES } from "../../src/protocol/foreign.js";
import { openTestHall } from "../../src/testing/index.js";
import { ruleFor } from "../hall/memoryHall.js";
import { ADA, LOOK } from "./served.js";

const { hall, gate, records } = await openTestHall({
  rules: [ruleFor("rr_look_dev_001", LOOK, HOST_SPECIES)],
});
afterAll(() => hall.close());

const governedRoute = () =>
  honoMiddleware({
    identify: (token) => (token === "token-of-ada" ? { worker_id: "ada" } : null),
    gate: ({ worker_id }) => gate(worker_id),
    capability: LOOK,
  });
const asked = { method: "POST", headers: { ...ADA, "Content-Type": "application/json" }, body: '{"n":1}' };

describe("Hono's middleware", () => {
  test.each(["json", "text", "arrayBuffer"] as const)(
    "leaves a body that was read before (%s)",
    async (how) => {
      const app = new Hono();
      app.use(async (c, next) => {
        await c.req[how]();
        await next();
      });
      app.use(governedRoute());
      app.post("/", async (c) => c.json({ got: await c.req.json() }));
      expect(await (await app.request("/", asked)).json()).toEqual({ got: { n: 1 } });
    },
  );

  test("refuses a body that somebody took away", async () => {
    let ran = false;
    const app = new Hono();
    app.use(async (c, next) => {
      await c.req.raw.text();
      await next();
    });
    app.use(governedRoute());
    app.post("/", (c) => {
      ran = true;
      return c.text("ran");
    });
    expect((await app.request("/", asked)).status).toBe(415);
    expect(ran).toBe(false);
  });

  test("leaves the raw request whole, too", async () => {
    const app = new Hono();
    app.use(governedRoute());
    app.post("/", async (c) => c.text(await c.req.raw.text()));
    expect(await (await app.request("/", asked)).text()).toBe('{"n":1}');
  });

  test.each([
    ["isn't the JSON that its type says", '{"n":', { body: "isn't JSON, as its type says" }],
    ["has a number that JSON can't hold", '{"n":1e400}', undefined],
    ["has a member that means the prototype", '{"__proto__":1}', undefined],
  ])("a body that %s is 400, and runs nothing", async (_what, body, problems) => {
    let ran = false;
    const app = new Hono();
    app.use(governedRoute());
    app.post("/", (c) => {
      ran = true;
      return c.text("ran");
    });
    const response = await app.request("/", { ...asked, body });
    expect(response.status).toBe(400);
    const said = (await response.json()) as { readonly code: string; readonly problems?: object };
    expect(said.code).toBe("DENY_INVALID_INPUT");
    expect(said.problems).toEqual(problems);
    expect(ran).toBe(false);
  });

  test("headers of middleware before it stay on a refusal; the handler's don't", async () => {
    const app = new Hono();
    app.use(cors({ origin: "https://acme.example" }));
    app.use(governedRoute());
    app.get("/", (c) => {
      c.header("X-Secret", "hunter2");
      c.header("Set-Cookie", "secret=hunter2");
      return c.text("oh", 500);
    });
    const Origin = "https://acme.example";
    const failed = await app.request("/", { headers: { ...ADA, Origin } });
    expect(failed.status).toBe(500);
    expect(failed.headers.get("Access-Control-Allow-Origin")).toBe("https://acme.example");
    expect(JSON.stringify([...failed.headers])).not.toContain("hunter2");
    const nobody = await app.request("/", { headers: { Origin } });
    expect([nobody.status, nobody.headers.get("Access-Control-Allow-Origin")]).toEqual([401, Origin]);
  });

  test("all of the handler's headers go out, each cookie", async () => {
    const app = new Hono();
    app.use(governedRoute());
    app.get("/", (c) => {
      c.header("Set-Cookie", "a=1", { append: true });
      c.header("Set-Cookie", "b=2", { append: true });
      return c.html("<p>hi", 203);
    });
    const response = await app.request("/", { headers: ADA });
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect([response.status, response.headers.get("Content-Type")]).toEqual([
      203,
      "text/html; charset=UTF-8",
    ]);
    expect(response.headers.has(RECEIPT_HEADER)).toBe(true);
  });

  test("an exception that is an answer is one; any other is a fault", async () => {
    const app = new Hono();
    app.use(governedRoute());
    app.get("/none", () => {
      throw new HTTPException(404, { message: "no such note" });
    });
    app.get("/odd", () => {
      throw "hunter2";
    });
    const none = await app.request("/none", { headers: ADA });
    expect([none.status, await none.text()]).toEqual([404, "no such note"]);
    const odd = await app.request("/odd", { headers: ADA });
    expect([odd.status, (await odd.text()).includes("hunter2")]).toEqual([500, false]);
  });

  test("who leaves before the answer has cancelled the call", async () => {
    const leaving = new AbortController();
    const app = new Hono();
    app.use(governedRoute());
    app.get("/", () => {
      leaving.abort();
      return new Promise<Response>(() => {});
    });
    const request = new Request("http://localhost/", { headers: ADA, signal: leaving.signal });
    expect(await (await app.request(request)).json()).toMatchObject({ code: "CANCELLED" });
    expect(records({ kind: "receipt" }).at(-1)).toMatchObject({ agent: "agent:ada" });
  });

  const broken = () =>
    new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.from("a"));
        controller.error(new Error("hunter2"));
      },
    });
  const oddStatus = (status: number) =>
    Object.defineProperty(new Response("hunter2"), "status", { value: status });
  test.each<[string, () => Response]>([
    ["a body that fails in mid-stream", () => new Response(broken())],
    ["a status that no response may have", () => oddStatus(999)],
    ["none at all, as of a fetch that failed", () => Response.error()],
    [
      "a body that somebody else reads",
      () => {
        const response = new Response("hunter2");
        response.body?.getReader();
        return response;
      },
    ],
  ])("%s is 500, and a call that failed", async (_, answer) => {
    const app = new Hono();
    app.use(governedRoute());
    app.get("/", () => answer());
    const response = await app.request("/", { headers: ADA });
    const said = await response.text();
    expect([response.status, JSON.parse(said)]).toMatchObject([500, { code: "HANDLER_ERROR" }]);
    expect(said).not.toContain("hunter2");
    expect(records({ kind: "receipt" }).at(-1)).toMatchObject({ code: "HANDLER_ERROR" });
  });

  test("a stream that nobody waits for any more is read no further", async () => {
    const leaving = new AbortController();
    let cancelled = false;
    const app = new Hono();
    app.use(governedRoute());
    app.get("/", () => {
      const endless = new ReadableStream({
        pull: () => leaving.abort(),
        cancel() {
          cancelled = true;
        },
      });
      return new Response(endless);
    });
    const request = new Request("http://localhost/", { headers: ADA, signal: leaving.signal });
    expect(await (await app.request(request)).json()).toMatchObject({ code: "CANCELLED" });
    await expect.poll(() => cancelled).toBe(true);
  });

  test("HEAD is answered and committed to without a body, and its stream isn't read", async () => {
    let cancelled = false;
    const app = new Hono();
    app.use(governedRoute());
    app.get("/", () => {
      const endless = new ReadableStream({
        cancel() {
          cancelled = true;
        },
      });
      return new Response(endless, { headers: { "X-A": "1" } });
    });
    const response = await app.request("/", { method: "HEAD", headers: ADA });
    expect([response.status, response.headers.get("X-A"), await response.text()]).toEqual([200, "1", ""]);
    expect([cancelled, response.headers.has(RECEIPT_HEADER)]).toEqual([true, true]);
  });

  test("an error handler that fails itself, and an upload that breaks off, are answered too", async () => {
    const app = new Hono();
    app.onError(() => {
      throw new Error("hunter2");
    });
    app.use(governedRoute());
    app.post("/", () => {
      throw new Error("hunter2");
    });
    const failed = await app.request("/", asked);
    expect([failed.status, await failed.json()]).toMatchObject([500, { code: "HANDLER_ERROR" }]);
    const init: RequestInit & { readonly duplex: "half" } = { ...asked, body: broken(), duplex: "half" };
    const cut = await app.request(new Request("http://localhost/", init));
    expect([cut.status, await cut.json()]).toMatchObject([500, { code: "DENY_INTERNAL_ERROR" }]);
  });
});
