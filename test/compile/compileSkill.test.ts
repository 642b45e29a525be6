import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { compileSkill } from "../../src/compile/compileSkill.js";
import { checkTools, renderTools } from "../../src/compile/platforms.js";
import { CompileError } from "../../src/compile/problem.js";
import { parseSkillJson } from "../../src/compile/skillJson.js";
import { canonicalBytes, canonicalJson, type Json, sha256Hex } from "../../src/protocol/canonical.js";
import { accepted, DATA, draft } from "./notes.js";

const notes = () => compileSkill(accepted(draft()), "0.1.0");
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("skill.json", () => {
  test("is canonical, complete, and reads back as itself", async () => {
    const skill = await notes();
    const read = parseSkillJson(skill.skill_json);
    expect(canonicalJson(read.manifest)).toBe(text(skill.skill_json));
    expect(read.definitions).toEqual(skill.definitions);
    expect(read.worker).toEqual(skill.worker);
    expect(read.manifest_hash).toBe(sha256Hex(skill.skill_json));
    expect(skill.manifest_hash).toBe(read.manifest_hash);
  });

  test("equal manifests give equal bytes, whatever the order of their keys", async () => {
    const turned = Object.fromEntries(Object.entries(draft()).reverse());
    expect(await compileSkill(accepted(turned), "0.1.0")).toEqual(await notes());
  });

  test("a publisher's file proves nothing: all is checked, raised and closed again", async () => {
    const file = JSON.parse(text((await notes()).skill_json)) as Record<string, Json>;
    const forged = (change: Record<string, Json>) => canonicalBytes({ ...file, ...change });
    const tool = (file["tools"] as Record<string, Json>[])[0];
    const open = { ...tool, input_schema: { type: "object", properties: { query: { type: "string" } } } };
    expect(
      parseSkillJson(forged({ tools: [open as Json] })).definitions[0]?.input_schema["additionalProperties"],
    ).toBe(false);
    const secret = { secrets_access: ["TOKEN"], network_egress: "none", filesystem_writes: [], tools: [] };
    expect(parseSkillJson(forged({ privilege_envelope: secret, policy_tier: 3 })).manifest.risk_tier).toBe(
      "medium",
    );
    expect(() => parseSkillJson(forged({ privilege_envelope: secret }))).toThrow(CompileError);
    expect(() => parseSkillJson(forged({ attestation_required: false }))).toThrow(CompileError);
    expect(() => parseSkillJson(forged({ title: "a\u202eb" }))).toThrow(CompileError);
    expect(() =>
      parseSkillJson(forged({ tools: [{ ...tool, input_schema: { type: "object", $id: "x" } } as Json] })),
    ).toThrow(CompileError);
    expect(() => parseSkillJson(forged({ extra: 1 }))).toThrow(CompileError);
  });

  test("other bytes are refused with CompileError, never anything else", async () => {
    const { skill_json } = await notes();
    expect(() => parseSkillJson(Buffer.from(` ${text(skill_json)}`))).toThrow(CompileError);
    expect(() =>
      parseSkillJson(
        Buffer.from(text(skill_json).replace('"name":"notes"', '"name":"notes","name":"notes"')),
      ),
    ).toThrow(CompileError);
    expect(() => parseSkillJson(Buffer.from("[".repeat(100_000)))).toThrow(CompileError);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((json) => Buffer.from(json)),
        ),
        (bytes) => {
          expect(() => parseSkillJson(bytes)).toThrow(CompileError);
        },
      ),
    );
  });

  test("only a checked manifest is compiled", async () => {
    const manifest = accepted(draft());
    await expect(
      compileSkill(
        {
          ...manifest,
          risk_tier: "low",
          privilege_envelope: { ...manifest.privilege_envelope, secrets_access: ["A"] },
        },
        "0.1.0",
      ),
    ).rejects.toThrow(CompileError);
  });
});

describe("definitions", () => {
  test("carry the compiled schema and graver hints in doubt", async () => {
    const [search, add] = (await notes()).definitions;
    expect(search).toMatchObject({
      name: "search_notes",
      title: "Search notes",
      capability_id: "cap.doc.search",
      skill_id: "org.acme/notes",
      version: "1.2.0",
    });
    expect(search?.annotations).toEqual({
      title: "Search notes",
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: false,
      openWorldHint: false,
    });
    expect(add?.output_schema).toBeNull();
  });

  const hints = async (envelope: object, change: Record<string, unknown> = {}) => {
    const skill = await compileSkill(
      accepted(draft((m) => Object.assign(m, { policy_tier: 7, privilege_envelope: envelope }, change))),
      "0.1.0",
    );
    return skill.definitions.map((definition) => definition.annotations);
  };

  test("read-only needs a capability that looks and an envelope that can't change anything", async () => {
    const [search, add] = await hints({});
    expect([search?.readOnlyHint, search?.idempotentHint, add?.readOnlyHint]).toEqual([true, true, false]);
    expect((await hints({ filesystem_writes: [DATA] }))[0]?.readOnlyHint).toBe(false);
    expect((await hints({ tools: ["other"] }))[0]?.readOnlyHint).toBe(false);
  });

  test("egress, foreign writes or what can't be taken back make it destructive", async () => {
    const egress = await hints({ network_egress: "allowlisted", egress: { allowlist: ["a.example"] } });
    expect(egress[0]).toMatchObject({ openWorldHint: true, destructiveHint: true, readOnlyHint: false });
    expect((await hints({ filesystem_writes: ["/srv"] }))[1]?.destructiveHint).toBe(true);
    const final = { blast_radius: { data: 1, network: 0, financial: 0, time: 0, reversibility: 5 } };
    expect((await hints({ filesystem_writes: [DATA] }, final))[1]?.destructiveHint).toBe(true);
  });
});

describe("platforms", () => {
  test("each gets its own words for the same tools", async () => {
    const { platforms } = await notes();
    const schema = expect.objectContaining({ type: "object", additionalProperties: false });
    expect(platforms.mcp[0]).toMatchObject({
      name: "search_notes",
      inputSchema: schema,
      outputSchema: { type: "object" },
      annotations: {},
    });
    expect(platforms.mcp[1]).not.toHaveProperty("outputSchema");
    expect(platforms.langchain[0]).toEqual({ name: "search_notes", description: expect.any(String), schema });
    expect(platforms["vercel-ai"][0]).toMatchObject({ name: "search_notes", inputSchema: schema });
    expect(platforms.openai[0]).toEqual({
      type: "function",
      name: "search_notes",
      description: expect.any(String),
      parameters: schema,
      strict: false,
    });
  });

  test("a malformed definition fails the build", async () => {
    const { definitions } = await notes();
    for (const platform of ["mcp", "langchain", "vercel-ai", "openai"] as const) {
      const tools = renderTools(platform, definitions);
      expect(() => checkTools(platform, tools)).not.toThrow();
      for (const broken of [{ name: "a b" }, { description: "" }, { name: undefined }]) {
        expect(() => checkTools(platform, [{ ...tools[0], ...broken } as Json])).toThrow(CompileError);
      }
      expect(() => checkTools(platform, [null])).toThrow(CompileError);
      const schema = ["inputSchema", "schema", "parameters"].find(
        (name) => tools[0]?.[name] !== undefined,
      ) as string;
      expect(() =>
        checkTools(platform, [
          { ...tools[0], [schema]: { type: "object", properties: { a: true } } } as Json,
        ]),
      ).toThrow(CompileError);
    }
  });
});

describe("SKILL.md and mcp.json", () => {
  test("the frontmatter has only quoted scalars, the manifest hash, and survives hostile texts", async () => {
    const hostile = 'Notes: "all" of them # {yes}\n---\nname: evil';
    const manifest = accepted(
      draft((m) => {
        m["description"] = hostile;
      }),
    );
    const skill = await compileSkill(manifest, "0.1.0");
    const front = skill.skill_md.split("\n---\n")[0]?.slice(4) ?? "";
    expect(parse(front)).toEqual({
      name: "notes",
      description: hostile.replaceAll("\n", " "),
      metadata: {
        "dev.hall/manifest": `sha256:${skill.manifest_hash}`,
        "dev.hall/skill": "org.acme/notes",
        "dev.hall/version": "1.2.0",
      },
    });
    for (const line of front.split("\n"))
      expect(line).toMatch(/^(?:metadata:| {2}"[a-z./]+": ".*"|[a-z]+: ".*")$/);
    expect(skill.skill_md).toContain("- `add_note` (cap.doc.write): Add a note.");
    expect(skill.skill_md).toContain("governed");
  });

  test("the client's configuration names an exact version and no path", async () => {
    expect((await notes()).mcp_json).toEqual({
      mcpServers: { hall: { type: "stdio", command: "npx", args: ["-y", "wcp-hall@0.1.0", "mcp"] } },
    });
  });
});
