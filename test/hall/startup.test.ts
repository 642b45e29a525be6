import { describe, expect, test } from "vitest";
import type { HallParts } from "../../src/hall/parts.js";
import { attestInstalled } from "../../src/hall/startup.js";

type Answers = { held?: unknown; attestation?: unknown; certificate?: unknown };

/** A home in which these skills are installed, each with one tool more than needed, and what is said of them. */
function home(skills: Readonly<Record<string, Answers>>, options: { ledger?: null; policy?: null } = {}) {
  const about = (tool: { install: { skill_id: string } }) => skills[tool.install.skill_id] ?? {};
  const answer = (given: unknown, usual: unknown) => {
    if (given instanceof Error) throw given;
    return given === undefined ? usual : given;
  };
  const tools = Object.keys(skills).flatMap((skill_id) => {
    const tool = { install: { skill_id, version: "1.0.0" } };
    return [tool, tool];
  });
  return {
    ledger: { ready: async () => (options.ledger === null ? null : {}) },
    policy: () => (options.policy === null ? null : {}),
    skills: { all: () => tools },
    clock: () => 0,
    gateParts: {
      sources: {
        held: (tool: never) => answer(about(tool).held, { artifact_digest: "", handlers: new Map() }),
        attestation: (tool: never) => answer(about(tool).attestation, { ok: true }),
        certificate: (tool: never) => answer(about(tool).certificate, "valid"),
      },
    },
  } as unknown as HallParts;
}

test("a package of good bytes with a valid certificate is attested", async () => {
  expect(await attestInstalled(home({ "x.a/good": {} }))).toEqual([]);
});

describe("what fails is named, once", () => {
  test.each<[string, Answers, string]>([
    ["changed bytes", { attestation: { ok: false, code: "ATTEST_HASH_MISMATCH" } }, "ATTEST_HASH_MISMATCH"],
    ["bytes that are gone", { held: new Error(), certificate: "invalid" }, "DENY_NOT_CERTIFIED"],
    ["no certificate", { certificate: "missing" }, "DENY_NOT_CERTIFIED"],
    ["an attestation that can't be made", { attestation: new Error() }, "ATTEST_MANIFEST_MISSING"],
    ["an answer that means nothing", { certificate: true }, "ATTEST_MANIFEST_MISSING"],
  ])("%s", async (_name, answers, code) => {
    expect(await attestInstalled(home({ "x.a/good": {}, "x.a/bad": answers }))).toEqual([
      { skill_id: "x.a/bad", version: "1.0.0", code },
    ]);
  });
});

test("a ban is a matter of standing: its calls are denied, and the others go on", async () => {
  const banned = { attestation: { ok: false, code: "ATTEST_BANNED_HASH" } };
  expect(await attestInstalled(home({ "x.a/banned": banned }))).toEqual([]);
});

test("a certificate that has run out is denied call by call, and the others go on", async () => {
  expect(await attestInstalled(home({ "x.a/expired": { certificate: "expired" } }))).toEqual([]);
});

test("before the first apply there is nothing to attest", async () => {
  expect(await attestInstalled(home({ "x.a/bad": { certificate: "invalid" } }, { ledger: null }))).toEqual(
    [],
  );
  expect(await attestInstalled(home({ "x.a/bad": { certificate: "invalid" } }, { policy: null }))).toEqual(
    [],
  );
});
