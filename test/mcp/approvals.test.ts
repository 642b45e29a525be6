import { PassThrough } from "node:stream";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { principalOf } from "../../src/hall/open.js";
import { createApprovalServer, serveApprovalStdio } from "../../src/mcp/approvals.js";
import { CALLER, openNotesHall } from "../hall/memoryHall.js";

async function session() {
  const { hall, keys } = await openNotesHall({ clock: () => Date.parse("2026-11-20T09:00:00.000Z") });
  const approver = hall.approver({ ...principalOf("operator", keys.operator), surface: "mcp" });
  const server = createApprovalServer({ approver, version: "9.9.9" });
  const client = new Client({ name: "desk", version: "1" });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(here), client.connect(there)]);
  onTestFinished(async () => {
    await client.close();
    await hall.close();
  });
  const add = (text: string) => hall.gate(CALLER).invoke("add_note", { text });
  const held = async (text: string) => {
    const outcome = await add(text);
    return outcome.kind === "held" ? outcome.approval_id : outcome.kind;
  };
  const call = (name: string, args: Record<string, unknown> = {}) =>
    client.callTool({ name, arguments: args });
  return { hall, approver, client, add, held, call };
}

test("an approver's session has the three tools and no others", async () => {
  const { client } = await session();
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    "wcp_approvals_list",
    "wcp_approval_resolve",
    "wcp_approval_escalate",
  ]);
  expect(client.getServerCapabilities()).toEqual({ tools: {} });
  for (const name of ["add_note", "search_notes", "hall_why"])
    await expect(client.callTool({ name, arguments: {} })).rejects.toThrow("Unknown tool");
});

test("what waits is listed whole, in a text that hides nothing", async () => {
  const { held, call } = await session();
  const approval_id = await held("tea\u202e");
  const { structuredContent, content } = await call("wcp_approvals_list");
  expect(structuredContent).toMatchObject({
    approver: "operator",
    approvals: [{ approval_id, state: "pending", arguments: { text: "tea\u202e" }, needed: 1, yes: 0 }],
  });
  const [{ text }] = content as [{ text: string }];
  expect(text).toContain("tea\\u202e");
  expect(JSON.parse(text)).toEqual(structuredContent);
});

test("approve lets the call run once; deny ends it; escalate asks people above", async () => {
  const { held, call, add, hall } = await session();
  const tea = await held("tea");
  expect(
    await call("wcp_approval_resolve", { approval_id: tea, verdict: "approve", reason: "ok" }),
  ).toMatchObject({
    structuredContent: { state: "granted" },
  });
  expect([(await add("tea")).kind, (await add("tea")).kind]).toEqual(["done", "held"]);
  const milk = await held("milk");
  await call("wcp_approval_resolve", { approval_id: milk, verdict: "deny" });
  expect(await add("milk")).toMatchObject({ denial: { code: "DENY_APPROVAL_REFUSED" } });
  const jam = await held("jam");
  expect(await call("wcp_approval_escalate", { approval_id: jam })).toMatchObject({
    structuredContent: { state: "pending", level_needed: "incident_commander" },
  });
  const votes = hall.audit.query({ kind: "approval" });
  expect(votes.map(({ surface }) => surface)).toEqual(["mcp", "mcp", "mcp"]);
});

describe("what can't be answered", () => {
  test("is a tool's error with a code", async () => {
    const { held, call } = await session();
    const approval_id = await held("tea");
    await call("wcp_approval_resolve", { approval_id, verdict: "deny" });
    expect(await call("wcp_approval_resolve", { approval_id, verdict: "approve" })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^CLOSED: /) }],
    });
    expect(await call("wcp_approval_escalate", { approval_id: "nothing" })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^NOT_FOUND: /) }],
    });
  });

  test.each([
    ["wcp_approval_resolve", { approval_id: "x", verdict: "yes" }, "verdict"],
    ["wcp_approval_resolve", { verdict: "approve" }, "approval_id"],
    ["wcp_approval_resolve", { approval_id: "x", verdict: "deny", approver_id: "bob" }, "approver_id"],
    ["wcp_approval_escalate", { approval_id: "x", reason: 7 }, "reason"],
    ["wcp_approvals_list", { tenant: "other" }, "tenant"],
  ])("%s with bad arguments says which", async (name, args, named) => {
    const { call } = await session();
    await expect(call(name, args)).rejects.toThrow(named);
  });
});

test("over stdio it serves until the client goes away", async () => {
  const { approver } = await session();
  const [input, output] = [new PassThrough(), new PassThrough()];
  const signal = new AbortController().signal;
  const served = serveApprovalStdio({ approver, version: "1", input, output, signal });
  const line = (message: object) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "x", version: "1" } };
  input.write(line({ id: 1, method: "initialize", params }));
  input.write(line({ method: "notifications/initialized" }));
  input.write(line({ id: 2, method: "tools/list" }));
  let text = "";
  for await (const chunk of output) {
    text += chunk;
    if (text.split("\n").length > 2) break;
  }
  expect(text).toContain("wcp_approval_escalate");
  input.end();
  await served;
});
