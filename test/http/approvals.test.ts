import { describe, expect, test } from "vitest";
import { approvalsApp } from "../../src/http/approvals.js";
import { ORIGIN, openTestDesk, pressBody, slackHeaders } from "./approvalDesk.js";

const HOST = "127.0.0.1:8765";

async function server(address: object = {}, escalation: object = {}) {
  const desk = await openTestDesk(escalation);
  const { app, door } = approvalsApp(desk.desk, {
    hosts: [HOST, "localhost:8765"],
    isSecure: false,
    origin: ORIGIN,
    ...address,
  });
  door.announce();
  /** What the terminal shows last. */
  const token = () => desk.said.at(-1)?.split(" ").at(-1) ?? "";
  const get = (path: string, headers: Record<string, string> = {}) =>
    app.request(`${ORIGIN}${path}`, { headers: { host: HOST, ...headers } });
  const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
    app.request(`${ORIGIN}${path}`, {
      method: "POST",
      headers: { host: HOST, origin: ORIGIN, ...headers },
      body: new URLSearchParams(form),
    });
  return { ...desk, get, post, token };
}

describe("the page of a held call", () => {
  test("shows it whole and escaped, and asks whoever looks for the terminal's token", async () => {
    const { get, held } = await server();
    const id = await held('</pre><script>alert(1)</script>\u202e & "quotes"');
    const answer = await get(`/approvals/${id}`);
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(text).toContain("&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\u202e &amp;");
    expect(text).not.toContain("<script");
    expect(text).toContain("one-time token");
    expect(answer.headers.get("content-security-policy")).toMatch(
      /default-src 'none'.*frame-ancestors 'none'/,
    );
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  test("its style is the one that the policy names", async () => {
    const { get, held } = await server();
    const answer = await get(`/approvals/${await held()}`);
    const style = /<style>(.*)<\/style>/s.exec(await answer.text())?.[1] ?? "";
    const hash = await crypto.subtle.digest("SHA-256", Buffer.from(style));
    const policy = answer.headers.get("content-security-policy");
    expect(policy).toContain(`sha256-${Buffer.from(hash).toString("base64")}`);
  });

  test("isn't there for ids that name nothing", async () => {
    const { get } = await server();
    for (const id of ["nothing", "..%2f", "00000000-0000-4000-8000-000000000000"])
      expect((await get(`/approvals/${id}`)).status).toBe(404);
  });
});

test("no page lists the others: whoever reaches the port could read every call that waits", async () => {
  const { get, held } = await server();
  const id = await held("a secret");
  const answer = await get("/");
  expect(answer.status).toBe(200);
  const text = await answer.text();
  expect(text).toContain("hall approvals list");
  expect(text).not.toMatch(new RegExp(`${id}|add_note|a secret`));
});

test("whoever has the terminal's token answers with the server's key, once with each", async () => {
  const { get, post, token, held, add } = await server();
  const id = await held();
  expect(await (await get(`/approvals/${id}`)).text()).toContain("You answer as alice");
  const first = token();
  const answer = await post(`/approvals/${id}`, {
    verdict: "approve",
    reason: "as <agreed>",
    token: ` ${first}\n`,
  });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, `/approvals/${id}`]);
  expect(await (await get(`/approvals/${id}`)).text()).toContain("as &lt;agreed&gt;");
  expect(token()).not.toBe(first);
  const next = await held("another");
  expect((await post(`/approvals/${next}`, { verdict: "approve", token: first })).status).toBe(403);
  expect((await add("another")).kind).toBe("held");
  expect((await add("buy tea")).kind).toBe("done");
  expect((await post(`/approvals/${id}`, { verdict: "deny", token: token() })).status).toBe(409);
});

test("a browser keeps nothing that it could carry to another port of this host", async () => {
  const { get, post, token, held } = await server();
  const id = await held();
  const wrong = await post(`/approvals/${id}`, { verdict: "approve", token: "wrong" });
  const right = await post(`/approvals/${id}`, { verdict: "escalate", token: token() });
  const page = await get(`/approvals/${id}`);
  expect([wrong.status, right.status, page.status]).toEqual([403, 303, 200]);
  for (const { headers } of [wrong, right, page]) {
    expect(headers.getSetCookie()).toEqual([]);
    expect(headers.has("www-authenticate")).toBe(false);
  }
  const secret = token();
  for (const answer of [wrong, page]) expect(await answer.text()).not.toContain(secret);
});

describe("an answer counts nothing", () => {
  const forged: readonly [string, Record<string, string>, number][] = [
    ["from another page", { origin: "https://evil.example" }, 403],
    ["from another port of this machine", { origin: "http://127.0.0.1:3000" }, 403],
    ["from this machine under another name", { origin: "http://localhost:8765" }, 403],
    ["from nowhere", { origin: "null" }, 403],
    ["under a name that somebody points here", { host: "evil.example:8765" }, 421],
  ];
  test.each(forged)("%s, and its token stays good", async (_, headers, status) => {
    const { post, token, held, add } = await server();
    const id = await held();
    const form = { verdict: "approve", token: token() };
    expect((await post(`/approvals/${id}`, form, headers)).status).toBe(status);
    expect((await add("buy tea")).kind).toBe("held");
    expect((await post(`/approvals/${id}`, form)).status).toBe(303);
  });

  test.each([
    ["without a token", {}],
    ["with an empty one", { token: "" }],
    ["with another one", { token: "A".repeat(43) }],
  ])("%s", async (_, form: Record<string, string>) => {
    const { post, held, add } = await server();
    const id = await held();
    const answer = await post(`/approvals/${id}`, { verdict: "approve", ...form });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("nothing was answered");
    expect((await add("buy tea")).kind).toBe("held");
  });

  test("that says something else, and its token stays good", async () => {
    const { post, token, held, add } = await server();
    const id = await held();
    const before = token();
    expect((await post(`/approvals/${id}`, { verdict: "yes", token: before })).status).toBe(400);
    expect(token()).toBe(before);
    expect((await add("buy tea")).kind).toBe("held");
  });

  test("given twice at once with one token: one of two calls is answered", async () => {
    const { post, token, held } = await server();
    const ids = [await held("one"), await held("two")];
    const form = { verdict: "approve", token: token() };
    const answers = await Promise.all(ids.map((id) => post(`/approvals/${id}`, form)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 403]);
  });

  test("on a server without an approver's key", async () => {
    const desk = await openTestDesk();
    const keyless = { ...desk.desk, person: () => null };
    const { app } = approvalsApp(keyless, { hosts: [HOST], isSecure: false, origin: ORIGIN });
    const id = await desk.held();
    const page = await app.request(`${ORIGIN}/approvals/${id}`, { headers: { host: HOST } });
    expect(await page.text()).toContain("no approver");
    const answer = await app.request(`${ORIGIN}/approvals/${id}`, {
      method: "POST",
      headers: { host: HOST, origin: ORIGIN },
      body: new URLSearchParams({ verdict: "approve", token: "" }),
    });
    expect(answer.status).toBe(403);
  });
});

test("callbacks come in under the same roof, and need no origin", async () => {
  const { post, held, add } = await server();
  const body = pressBody({ approval_id: await held() });
  const { signature, timestamp } = slackHeaders(body);
  const press = (changes: Record<string, string>) =>
    post(
      "/approvals/callback/slack:T1",
      { payload: new URLSearchParams(body).get("payload") ?? "" },
      changes,
    );
  expect((await press({})).status).toBe(401);
  const signed = { "x-slack-signature": signature, "x-slack-request-timestamp": timestamp, origin: "" };
  const form = new URLSearchParams(body).toString();
  const { signature: overForm } = slackHeaders(form);
  expect((await press({ ...signed, "x-slack-signature": overForm })).status).toBe(200);
  expect((await add("buy tea")).kind).toBe("done");
});

test("a body that is too long isn't read", async () => {
  const { post } = await server();
  const answer = await post("/approvals/callback/slack:T1", { payload: "x".repeat(1_100_000) });
  expect(answer.status).toBe(413);
});
