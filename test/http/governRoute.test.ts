import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RECEIPT_HEADER } from "../../src/http/index.js";
import { ADA, LOOK, type Served, serveExpress, serveHono, WRITE } from "./served.js";

/** What a refusal says, whichever it is. */
type Body = Readonly<Record<"record_id" | "approval_id" | "receipt_id" | "message", string>> & {
  readonly problems?: object;
};

const JSON_TYPE = { "Content-Type": "application/json" };
const POST = { ...ADA, ...JSON_TYPE, "X-Capability": WRITE };

describe.each([
  ["Hono", serveHono],
  ["Express", serveExpress],
] as const)("a route of %s", (_, serve) => {
  let app: Served;
  beforeAll(async () => {
    app = await serve();
  });
  afterAll(() => app.close());

  const without = (name: string) => Object.fromEntries(Object.entries(ADA).filter(([key]) => key !== name));
  const post = (body: unknown, headers: Record<string, string> = POST) =>
    app.fetch("/notes", { method: "POST", headers, body: JSON.stringify(body) });
  const answered = async (asked: Promise<Response>) => {
    const response = await asked;
    return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
  };
  /** The requests that may not reach a handler. */
  const refused = async (asked: Promise<Response>) => {
    const before = app.runs();
    const answer = await answered(asked);
    expect(app.runs()).toBe(before);
    expect(answer.headers.get(RECEIPT_HEADER)).toBeNull();
    return answer;
  };

  test("allowed: the handler's response, and the receipt that commits to it", async () => {
    const response = await app.fetch("/notes/7?a=1&b=%20", { headers: ADA });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ id: "7", query: { a: "1", b: " " } });
    const receipt = app.hall.records({ id: response.headers.get(RECEIPT_HEADER) ?? "" })[0];
    expect(receipt).toMatchObject({ kind: "receipt", surface: "http", agent: "agent:ada", tool: LOOK });
    expect(app.hall.hall.audit.verify()).toMatchObject({ ok: true });
  });

  test.each([
    ["no credential", without("Authorization")],
    ["an unknown one", { ...ADA, Authorization: "Bearer token-of-eve" }],
    ["another kind", { ...ADA, Authorization: "Basic token-of-ada" }],
    ["one that is none", { ...ADA, Authorization: "Bearer " }],
    ["one in another place", { ...without("Authorization"), "X-API-Key": "token-of-ada" }],
  ])("%s is 401, and on nobody's record", async (_name, headers) => {
    const records = app.hall.records().length;
    const { status, headers: said, body } = await refused(app.fetch("/notes/7", { headers }));
    expect(status).toBe(401);
    expect(said.get("WWW-Authenticate")).toBe("Bearer");
    expect(body).toMatchObject({ outcome: "denied", code: "UNAUTHENTICATED", record_id: null });
    expect(app.hall.records()).toHaveLength(records);
  });

  test.each(["X-Worker-ID", "X-Capability"])(
    "a missing %s is 400, recorded, and never passes",
    async (name) => {
      for (const headers of [without(name), { ...ADA, [name]: "" }]) {
        const { status, body } = await refused(app.fetch("/notes/7", { headers }));
        expect(status).toBe(400);
        expect(body).toMatchObject({ code: "DENY_INVALID_INPUT", problems: { [name]: "is missing" } });
        expect(body.message).toContain(`Problems: ${name} is missing. `);
        expect(app.hall.records({ id: body.record_id })[0]).toMatchObject({ kind: "decision", denied: true });
      }
    },
  );

  test.each([
    ["another worker", { ...ADA, "X-Worker-ID": "bob" }, "X-Worker-ID isn't the credential's worker."],
    [
      "a capability that the route doesn't have",
      { ...ADA, "X-Capability": WRITE },
      "X-Capability isn't what this route does.",
    ],
    [
      "two capabilities",
      { ...ADA, "X-Capability": `${LOOK}, ${WRITE}` },
      "X-Capability isn't what this route does.",
    ],
  ])("naming %s is 403, which says so: headers raise nobody's rights", async (_name, headers, problem) => {
    const { status, body } = await refused(app.fetch("/notes/7", { headers }));
    expect(body.message).toContain(`Problems: ${problem} `);
    expect(body.message).not.toContain("is required");
    expect(status).toBe(403);
    expect(body).toMatchObject({ code: "DENY_INVALID_INPUT", outcome: "denied" });
    expect(app.hall.records({ id: body.record_id })[0]).toMatchObject({ agent: "agent:ada", denied: true });
  });

  test("a cheap capability doesn't open a route that does more", async () => {
    const { status } = await refused(post({ text: "tea" }, { ...POST, "X-Capability": LOOK }));
    expect(status).toBe(403);
  });

  test("held is 202; approved, the same request runs once, and another body is another request", async () => {
    const { status, body } = await refused(post({ text: "tea" }));
    expect(status).toBe(202);
    expect(body).toMatchObject({
      outcome: "held",
      approval_id: expect.any(String),
      expires_at: expect.any(String),
    });
    expect(body.message).toContain("APPROVAL_REQUIRED");
    expect(app.hall.hall.approver(await someone()).show(body.approval_id).arguments).toBe(
      `{"body":{"text":"tea"},"capability":"${WRITE}","method":"POST","path":"/notes","query":"","worker_id":"ada"}`,
    );
    await app.hall.approve(body.approval_id);
    expect((await refused(post({ text: "gin" }))).status).toBe(202);
    const bobs = { ...POST, Authorization: "Bearer token-of-bob", "X-Worker-ID": "bob" };
    expect((await refused(post({ text: "tea" }, bobs))).status).toBe(202);
    const done = await post({ text: "tea" });
    expect([done.status, done.headers.get("X-Made"), await done.json()]).toEqual([
      201,
      "yes",
      { made: { text: "tea" } },
    ]);
    expect((await refused(post({ text: "tea" }))).status).toBe(202);
  });

  test("denied is 403, in the Hall's words", async () => {
    const { body: held } = await refused(post({ text: "rum" }));
    await app.hall.deny(held.approval_id);
    const { status, body } = await refused(post({ text: "rum" }));
    expect(status).toBe(403);
    expect(body).toMatchObject({ outcome: "denied", code: "DENY_APPROVAL_REFUSED", retryable: false });
  });

  test.each(["/fail", "/unwell"])("%s is 500 without a word of the handler's", async (path) => {
    const response = await app.fetch(path, { headers: ADA });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(JSON.parse(text)).toMatchObject({ outcome: "failed", code: "HANDLER_ERROR" });
    expect(`${text}${JSON.stringify([...response.headers])}`).not.toContain("hunter2");
    expect(app.hall.records({ id: JSON.parse(text).receipt_id })[0]).toMatchObject({ kind: "receipt" });
  });

  test("a response without a body, of no route, or to HEAD stays what it is", async () => {
    expect((await app.fetch("/gone", { headers: ADA })).status).toBe(204);
    const lost = await app.fetch("/lost", { headers: ADA });
    expect([lost.status, lost.headers.has(RECEIPT_HEADER)]).toEqual([404, true]);
    const head = await app.fetch("/notes/7", { method: "HEAD", headers: ADA });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test("a stream is collected, and one that is too long withheld", async () => {
    expect(await (await app.fetch("/stream", { headers: ADA })).text()).toBe("abc");
    expect(await answered(app.fetch("/big", { headers: ADA }))).toMatchObject({
      status: 500,
      body: { code: "HANDLER_ERROR" },
    });
  });

  test("bytes are decided on by their digest", async () => {
    const headers = { ...POST, "Content-Type": "application/octet-stream" };
    const send = (bytes: number[]) =>
      app.fetch("/raw", { method: "POST", headers, body: new Uint8Array(bytes) });
    const { body } = await refused(send([1, 2, 3]));
    await app.hall.approve(body.approval_id);
    expect((await refused(send([1, 2, 4]))).status).toBe(202);
    const done = await send([1, 2, 3]);
    expect([done.status, await done.text()]).toEqual([200, "3"]);
  });

  test("a body that is too long is 413", async () => {
    const { status, body } = await refused(post({ text: "x".repeat(10_000) }));
    expect([status, body.problems]).toEqual([413, { body: "is too large" }]);
    expect(body.message).toContain("Problems: body is too large. ");
  });

  async function someone() {
    return { id: "someone", key: `ed25519:${"0".repeat(64)}`, sign: async () => new Uint8Array(64) };
  }
});

describe.each([
  ["Hono", serveHono],
  ["Express", serveExpress],
] as const)("what a host says of a route of %s", (_, serve) => {
  const served = async (options: Parameters<typeof serve>[0], use: (app: Served) => Promise<void>) => {
    const app = await serve(options);
    try {
      await use(app);
    } finally {
      await app.close();
    }
  };

  test("other headers and another place for the credential", () =>
    served(
      {
        headers: { worker: "X-Agent", capability: "X-Asks" },
        credential: ({ header }) => header("X-API-Key"),
      },
      async (app) => {
        const headers = { "X-API-Key": "token-of-ada", "X-Agent": "ada", "X-Asks": LOOK };
        expect((await app.fetch("/notes/7", { headers })).status).toBe(200);
        expect((await app.fetch("/notes/7", { headers: ADA })).status).toBe(401);
      },
    ));

  test.each([
    ["identify", { identify: () => Promise.reject(new Error("hunter2")) }],
    ["gate", { gate: () => Promise.reject(new Error("hunter2")) }],
    [
      "capability",
      {
        capability: () => {
          throw new Error("hunter2");
        },
      },
    ],
  ])("a look-up that fails (%s) is 500, and nothing runs", (_name, options) =>
    served(options, async (app) => {
      const response = await app.fetch("/notes/7", { headers: ADA });
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain("hunter2");
      expect(app.runs()).toBe(0);
    }),
  );

  test.each([
    ["an identity without a worker", { identify: () => ({}) as never }, 401],
    ["a capability that is none", { capability: () => "anything" }, 403],
  ])("%s opens nothing", (_name, options, status) =>
    served(options, async (app) => {
      const headers = { ...ADA, "X-Capability": "anything" };
      expect((await app.fetch("/notes/7", { headers })).status).toBe(status);
      expect(app.runs()).toBe(0);
    }),
  );

  test("what can't govern doesn't start", async () => {
    const wrong = { capability: "notes", identify: null as never, headers: { worker: "" }, maxBytes: 0 };
    await expect(serve(wrong)).rejects.toThrow(/identify: .*capability: .*headers.worker: .*maxBytes: /);
  });
});
