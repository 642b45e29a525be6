import { describe, expect, test } from "vitest";
import { holdKeyText, parseRequest, parseVote } from "../../src/evidence/request.js";
import { APPROVER, vector } from "./formats.js";
import { REQUEST, VOTE, voteBy } from "./samples.js";

test("the vote of the vectors, and the request in it", () => {
  expect(parseVote(VOTE)).toEqual(VOTE);
  expect(parseRequest(REQUEST)).toEqual(REQUEST);
  expect(Buffer.from(voteBy(APPROVER).payload, "base64").toString()).toBe(vector(5, "payload (1036 bytes) "));
});

describe("a request that isn't one", () => {
  const cases: readonly [string, object, string][] = [
    ["another mode", { mode: "maybe" }, "mode"],
    ["nobody needed", { needed: 0 }, "needed"],
    ["nothing held", { holds: [] }, "holds"],
    ["a hold with more", { holds: [{ ...REQUEST.holds[0], x: 1 }] }, "holds"],
    ["an env in another case", { env: "DEV" }, "env"],
    ["a skill's tool and a guarded one", { definition_digest: "ab".repeat(32) }, "exactly one"],
    ["neither", { artifact_digest: null }, "exactly one"],
    ["an unknown member", { ticket: "x" }, "ticket"],
    ["a missing member", { agent: undefined }, "agent"],
  ];
  test.each(cases)("%s", (_name, change, named) => {
    expect(() => parseRequest({ ...REQUEST, ...change })).toThrow(named);
    expect(() => parseVote({ ...VOTE, request: { ...REQUEST, ...change } })).toThrow();
  });
});

test.each([
  ["verdict", "yes"],
  ["approver_id", null],
  ["voted_at", "now"],
  ["more", 1],
])("a vote whose %s is %j isn't one", (name, value) => {
  expect(() => parseVote({ ...VOTE, [name]: value })).toThrow(name);
});

test("a holder is its caller, tool and policy: never its session, arguments or id", () => {
  const text = holdKeyText(REQUEST);
  expect(holdKeyText({ ...REQUEST, approval_id: "other", arguments: "other", title: "other" } as never)).toBe(
    text,
  );
  for (const name of ["tenant_id", "agent", "env", "tool", "policy_digest", "engine", "artifact_digest"]) {
    expect(holdKeyText({ ...REQUEST, [name]: "other" })).not.toBe(text);
  }
});
