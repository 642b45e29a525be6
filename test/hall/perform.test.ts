import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openMemoryHall } from "../../src/hall/open.js";
import { build, CALLER, install, policyOf, ruleFor } from "./memoryHall.js";

const schema = "{ type: object, properties: { n: { type: integer } }, required: [n] }";
const input = "{ type: object, properties: { answer: {} }, required: [answer] }";
const tool = (name: string, more: string) => `  - name: ${name}
    description: Answer what it is given.
    capability: cap.test.echo
    input_schema: ${input}
    handler: echo.js
${more}`;

const SKILL = `manifest_version: "1"
namespace: org.acme
name: echo
version: "1.0.0"
title: Echo
description: Answers what it is given.
worker: { species: wrk.test.echo }
risk_tier: low
policy_tier: 2
capabilities: [cap.test.echo]
allowed_environments: [dev]
required_controls: [ctrl.obs.audit-log-append-only]
currently_implements: [ctrl.obs.audit-log-append-only]
blast_radius: { data: 1, network: 0, financial: 0, time: 1, reversibility: 0 }
privilege_envelope: { secrets_access: [], network_egress: none, filesystem_writes: [], tools: [] }
limits: { output_bytes: 4000 }
tools:
${tool("echo_blocks", "    output: content\n")}
${tool("echo_both", `    output: content\n    output_schema: ${schema}\n`)}
${tool("echo_json", "")}
`;

describe("what a tool answers", async () => {
  const dir = mkdtempSync(join(tmpdir(), "hall-echo-"));
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "skill.yaml"), SKILL);
  writeFileSync(join(dir, "echo.js"), "export default ({ answer }) => answer;\n");
  const parts = await openMemoryHall({
    policy: () => policyOf([ruleFor("rr_echo_dev_001", "cap.test.echo", "wrk.test.echo")]),
  });
  await install(parts, await build(dir));
  const gate = parts.hall.gate(CALLER);
  afterAll(async () => {
    await parts.hall.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const text = { type: "text", text: "Hello" };
  const image = { type: "image", data: "iVBORw==", mimeType: "image/png" };
  const link = { type: "resource_link", uri: "file:///a", name: "a" };

  test("blocks come out as content, and what is beside them as output", async () => {
    expect(await gate.invoke("echo_blocks", { answer: { content: [text, image, link] } })).toMatchObject({
      kind: "done",
      content: [text, image, link],
      output: null,
    });
    expect(
      await gate.invoke("echo_blocks", { answer: { content: [], structured: { any: [1] } } }),
    ).toMatchObject({ kind: "done", content: [], output: { any: [1] } });
    expect(
      await gate.invoke("echo_both", { answer: { content: [text], structured: { n: 1 } } }),
    ).toMatchObject({ kind: "done", content: [text], output: { n: 1 } });
  });

  test("a tool that answers JSON has no content, whatever the JSON looks like", async () => {
    const answer = { content: [text] };
    expect(await gate.invoke("echo_json", { answer })).toMatchObject({
      kind: "done",
      content: null,
      output: answer,
    });
  });

  test.each([
    ["echo_blocks", "plain text"],
    ["echo_blocks", { content: "text" }],
    ["echo_blocks", { content: [{ type: "text" }] }],
    ["echo_blocks", { content: [{ ...text, extra: 1 }] }],
    ["echo_blocks", { content: [{ type: "video", data: "" }] }],
    ["echo_blocks", { content: [{ ...image, data: "not base64!" }] }],
    ["echo_blocks", { content: [text], more: 1 }],
    ["echo_blocks", { content: Array.from({ length: 1_001 }, () => 0) }],
    ["echo_both", { content: [text] }],
    ["echo_both", { content: [text], structured: null }],
    ["echo_both", { content: [text], structured: { n: "secret" } }],
  ])("%s is withheld when it answers %j", async (name, answer) => {
    const outcome = await gate.invoke(name, { answer });
    expect(outcome).toMatchObject({
      kind: "failed",
      fault: { code: "OUTPUT_INVALID" },
    });
    expect(outcome).not.toHaveProperty("output");
    expect(JSON.stringify(outcome)).not.toContain("secret");
  });

  test("blocks count in the bound of the output", async () => {
    const answer = { content: [{ type: "text", text: "x".repeat(4_000) }] };
    expect(await gate.invoke("echo_blocks", { answer })).toMatchObject({
      kind: "failed",
      fault: { code: "OUTPUT_TOO_LARGE" },
    });
  });
});
