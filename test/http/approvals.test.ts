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
  const token = () => desk.said.at(-1)?.split(" ").at(-1) ?? "";
  const get = (path: string, headers: Record<string, string> = {}) =>
    app.request(`${ORIGIN}${path}`, { headers: { host: HOST, ...headers } });
  const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
    app.request(`${ORIGIN}${path}`, {
      method: "POST",
      headers: { host: HOST, origin: ORIGIN, ...headers },
      body: new URLSearchParams(form),
    });
  const login = async () => {
    const { headers } = await post("/login", { token: token() });
    return { cookie: headers.get("set-cookie")?.split(";")[0] ?? "" };
  };
  return { ...desk, get, post, login, token };
}

describe("the page of a held call", () => {
  test("shows it whole and escaped, and asks a stranger to log in", async () => {
    const { get, held } = await server();
    const id = await held('</pre><script>alert(1)</script>\u202e & "quotes"');
    const answer = await get(`/approvals/${id}`);
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(text).toContain("&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\u202e &amp;");
    expect(text).not.toContain("<script");
    expect(text).toContain("one-time token");
    expect(text).not.toContain('value="approve"');
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

test("whoever has the terminal's token logs in, once with each, and answers with the server's key", async () => {
  const { get, post, login, token, held, add } = await server();
  const id = await held();
  const first = token();
  const session = await login();
  expect((await post("/login", { token: first })).status).toBe(403);
  expect(token()).not.toBe(first);
  const page = await (await get(`/approvals/${id}`, session)).text();
  expect(page).toContain("You answer as alice");
  const answer = await post(`/approvals/${id}`, { verdict: "approve", reason: "as <agreed>" }, session);
  expect([answer.status, answer.headers.get("location")]).toEqual([303, `/approvals/${id}`]);
  expect(await (await get(`/approvals/${id}`, session)).text()).toContain("as &lt;agreed&gt;");
  expect((await add("buy tea")).kind).toBe("done");
  expect((await post(`/approvals/${id}`, { verdict: "deny" }, session)).status).toBe(409);
});

test("its cookie is for this server's pages alone", async () => {
  const { post, token } = await server();
  const { headers } = await post("/login", { token: token() });
  expect(headers.get("set-cookie")).toMatch(
    /^hall_session=[\w-]{43}; Max-Age=3600; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  const secure = await server({ isSecure: true, origin: "https://hall.example", hosts: ["hall.example"] });
  const behind = { host: "hall.example", origin: "https://hall.example" };
  const cookie = (await secure.post("/login", { token: secure.token() }, behind)).headers.get("set-cookie");
  expect(cookie).toMatch(/^__Host-hall_session=.*; Secure;/);
});

describe("an answer counts nothing", () => {
  const forged: readonly [string, Record<string, string>, number][] = [
    ["without a session", { cookie: "" }, 403],
    ["with another one", { cookie: `hall_session=${"A".repeat(43)}` }, 403],
    ["from another page", { origin: "https://evil.example" }, 403],
    ["from another port of this machine", { origin: "http://127.0.0.1:3000" }, 403],
    ["from this machine under another name", { origin: "http://localhost:8765" }, 403],
    ["from nowhere", { origin: "null" }, 403],
    ["under a name that somebody points here", { host: "evil.example:8765" }, 421],
  ];
  test.each(forged)("%s", async (_, headers, status) => {
    const { post, login, held, add } = await server();
    const id = await held();
    const session = await login();
    const answer = await post(`/approvals/${id}`, { verdict: "approve" }, { ...session, ...headers });
    expect(answer.status).toBe(status);
    expect((await add("buy tea")).kind).toBe("held");
  });

  test("once the session has ended, and when it says something else", async () => {
    const { post, login, held, add, pass } = await server();
    const session = await login();
    const id = await held();
    expect((await post(`/approvals/${id}`, { verdict: "yes" }, session)).status).toBe(400);
    await post("/logout", {}, session);
    expect((await post(`/approvals/${id}`, { verdict: "approve" }, session)).status).toBe(403);
    const second = await login();
    pass(60 * 60_000);
    const later = await held("later");
    expect((await post(`/approvals/${later}`, { verdict: "approve" }, second)).status).toBe(403);
    expect((await add("later")).kind).toBe("held");
  });

  test("on a server without an approver's key", async () => {
    const desk = await openTestDesk();
    const keyless = { ...desk.desk, person: () => null };
    const { app } = approvalsApp(keyless, { hosts: [HOST], isSecure: false, origin: ORIGIN });
    const id = await desk.held();
    const page = await app.request(`${ORIGIN}/approvals/${id}`, { headers: { host: HOST } });
    expect(await page.text()).toContain("no approver");
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
