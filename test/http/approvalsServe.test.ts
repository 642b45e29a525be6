import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { ListenError, serveApprovals } from "../../src/http/approvalsServe.js";
import { openTestDesk, pressBody, slackHeaders } from "./approvalDesk.js";

/** A server that keeps what it was sent, as Slack's webhook would get it. */
async function webhook() {
  const got: { readonly message: IncomingMessage; readonly body: string }[] = [];
  const server = createServer(async (message, answer) => {
    got.push({ message, body: await text(message) });
    answer.end("ok");
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

test("a hold is announced over HTTP, and a press that comes back lets the call run once", async () => {
  const { desk, held, add, said } = await openTestDesk();
  const { got, url } = await webhook();
  const id = await held();
  const channels = () =>
    desk
      .channels()
      .slice(0, 1)
      .map((channel) => ({ ...channel, url }));
  const served = await serveApprovals({ ...desk, channels, fetch }, { host: "127.0.0.1", port: 0 });
  onTestFinished(() => served.close());
  await expect.poll(() => got.length).toBe(1);
  expect(got[0]?.body).toContain(id);
  expect(got[0]?.message.headers["x-hall-signature"]).toMatch(/^v1=/);
  expect(said.join()).toContain(`at ${served.origin}/approvals/ID, give this one-time token`);

  const body = pressBody({ approval_id: id });
  const { signature, timestamp } = slackHeaders(body);
  const answer = await fetch(`${served.origin}/approvals/callback/slack%3AT1`, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-slack-signature": signature,
      "x-slack-request-timestamp": timestamp,
    },
  });
  expect([answer.status, await answer.text()]).toEqual([200, "recorded: approve; the call is granted"]);
  expect((await add("buy tea")).kind).toBe("done");
  const page = await fetch(`${served.origin}/approvals/${id}`);
  expect(await page.text()).toContain("Approved, and the call was made");
});

describe("it listens nowhere", () => {
  test.each(["0.0.0.0", "::", "192.0.2.1", "hall.example"])("on %s without a proxy", async (host) => {
    const { desk } = await openTestDesk();
    await expect(serveApprovals(desk, { host, port: 0 })).rejects.toThrow("--behind-proxy");
  });
  test.each(["http://hall.example", "hall.example", "https://hall.example/path", "https://u:p@hall.example"])(
    "behind %s",
    async (proxy) => {
      const { desk } = await openTestDesk();
      const listening = serveApprovals(desk, { host: "0.0.0.0", port: 0, proxy });
      await expect(listening).rejects.toThrow(ListenError);
    },
  );
  test("on a port that is taken", async () => {
    const { desk } = await openTestDesk();
    const first = await serveApprovals(desk, { host: "127.0.0.1", port: 0 });
    onTestFinished(() => first.close());
    const port = Number(new URL(first.origin).port);
    await expect(serveApprovals(desk, { host: "127.0.0.1", port })).rejects.toThrow(`port ${port}`);
  });
});

test("behind a proxy it answers to the proxy's name alone", async () => {
  const { desk } = await openTestDesk();
  const served = await serveApprovals(desk, { host: "127.0.0.1", port: 0, proxy: "https://hall.example" });
  onTestFinished(() => served.close());
  expect(served.origin).toBe("https://hall.example");
});
