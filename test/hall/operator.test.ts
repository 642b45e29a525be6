import { afterAll, describe, expect, test } from "vitest";
import { openMemoryHall, principalOf } from "../../src/hall/open.js";
import { POLICY_TABLES } from "../../src/protocol/tables.js";
import { CALLER, openNotesHall, policyOf } from "./memoryHall.js";

describe("an operator", async () => {
  const parts = await openNotesHall();
  const { hall, keys } = parts;
  afterAll(() => hall.close());
  const gate = hall.gate(CALLER);
  const operator = hall.operator(principalOf("operator", keys.operator));
  const codeOf = async (tool: string, args: object) => {
    const outcome = await gate.invoke(tool, args);
    return outcome.kind === "denied" ? outcome.denial.code : outcome.kind;
  };
  const search = () => codeOf("search_notes", { query: "tea" });

  const install = parts.skills.find("search_notes")?.install;
  const STOPS = [
    ["the skill", { subject: "skill:org.acme/notes", state: "revoked" }, "DENY_SKILL_REVOKED"],
    ["the version", { subject: "skill:org.acme/notes@1.2.0", state: "revoked" }, "DENY_SKILL_REVOKED"],
    ["the worker", { subject: "worker:org.acme.notes", state: "revoked" }, "DENY_SKILL_REVOKED"],
    ["the artifact", { subject: `hash:${install?.artifact_digest}`, state: "revoked" }, "DENY_SKILL_REVOKED"],
    [
      "the publisher",
      { subject: `publisher:${install?.signer}`, state: "revoked" },
      "DENY_PUBLISHER_REVOKED",
    ],
    [
      "this adapter",
      { subject: "skill:org.acme/notes", state: "degraded", adapter: "mcp" },
      "DENY_ADAPTER_DEGRADED",
    ],
  ] as const;
  test.each(STOPS)("stops and restores %s, each at the next call", async (_what, stop, code) => {
    expect(await search()).toBe("done");
    await operator.standing(stop, "test");
    expect(await search()).toBe(code);
    expect((await gate.tools()).map(({ name }) => name)).not.toContain("search_notes");
    await operator.standing({ ...stop, state: "active" }, "test");
    expect(await search()).toBe("done");
  });

  test("another adapter's degradation is none of this one's", async () => {
    const degraded = { subject: "skill:org.acme/notes", state: "degraded", adapter: "langchain" } as const;
    await operator.standing(degraded, "test");
    expect(await search()).toBe("done");
  });

  test.each([
    "skill:org.acme/notes",
    "skill:org.acme/notes@1.2.0",
    `hash:${install?.artifact_digest}`,
    `hash:${install?.awp?.package_hash}`,
  ])("bans %s and lifts the ban", async (subject) => {
    await operator.ban({ subject, add: true, scope: "global" }, "test");
    expect(await search()).toBe("DENY_SKILL_BANNED");
    await operator.ban({ subject, add: false, scope: "global" }, "test");
    expect(await search()).toBe("done");
  });

  test("orders given at once all get their place", async () => {
    const subject = "skill:org.acme/notes";
    await Promise.all([1, 2, 3].map((i) => operator.ban({ subject, add: i !== 2, scope: "org" }, `${i}`)));
    await operator.ban({ subject, add: false, scope: "org" }, "over");
    expect(hall.audit.verify()).toMatchObject({ ok: true });
  });

  test("nobody else gives orders", async () => {
    const thief = hall.operator(principalOf("operator", keys.ledger));
    await expect(
      thief.standing({ subject: "skill:org.acme/notes", state: "revoked" }, "test"),
    ).rejects.toThrow();
    expect(await search()).toBe("done");
  });

  test("a new policy takes effect at the next call, and one that this version can't obey runs nothing", async () => {
    await operator.apply(policyOf([]), null);
    expect(await search()).toBe("DENY_UNKNOWN_SKILL");
    const { blast } = POLICY_TABLES;
    await operator.apply(
      { ...policyOf(), tables: { ...POLICY_TABLES, blast: { ...blast, base: 90 } } },
      null,
    );
    expect(await search()).toBe("held"); // by the document's own numbers, not the engine's
    await operator.apply({ ...policyOf(), tables: { of: "another version" } }, null);
    expect(await search()).toBe("DENY_POLICY_UNAVAILABLE");
    // Orders need no policy that this version reads, so an upgrade can always be applied over.
    await operator.standing({ subject: "skill:org.acme/other", state: "revoked" }, "test");
    await hall.operator(principalOf("operator", keys.operator)).apply(policyOf(), null);
    expect(await search()).toBe("done");
    expect(hall.audit.verify()).toMatchObject({ ok: true });
  });
});

test("a throw-away Hall may have any env without a profile; only a home's files may not", async () => {
  const parts = await openMemoryHall({ policy: () => policyOf([], { env: "prod", profile: null }) });
  expect(parts.policy()?.config.env).toBe("prod");
  await parts.hall.close();
});
