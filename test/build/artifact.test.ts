import { describe, expect, test } from "vitest";
import { ArtifactError, packArtifact, readArtifact } from "../../src/build/artifact.js";
import { canonicalBytes, encode, sha256Hex, toHex } from "../../src/protocol/canonical.js";

const hash = "0".repeat(64);
const skill = { tools: [{ name: "one" }, { name: "two" }] };
const SKILL = new Map<string, Uint8Array>([
  ["skill.json", canonicalBytes(skill)],
  ["inputs.json", canonicalBytes({ v: 1, inputs: [{ path: "src/a b.ts", sha256: hash, size: 3 }] })],
  ["SKILL.md", encode("# One\n")],
  ["mcp.json", canonicalBytes({})],
  ...["mcp", "langchain", "vercel-ai", "openai"].map((p) => [`tools/${p}.json`, canonicalBytes([])] as const),
  ["handlers/one.mjs", encode("export default 1")],
  ["handlers/two.mjs", encode("export default 2")],
]);
const changed = (path: string, content: Uint8Array | undefined) => {
  const files = new Map(SKILL);
  if (content === undefined) files.delete(path);
  else files.set(path, content);
  return packArtifact(files);
};

test("a skill's artifact, read", () => {
  const bytes = packArtifact(SKILL);
  const artifact = readArtifact(bytes);
  expect(artifact.digest).toBe(sha256Hex(bytes));
  expect(artifact.skill).toEqual(skill);
  expect(artifact.manifest_hash).toBe(sha256Hex(canonicalBytes(skill)));
  expect(artifact.inputs).toEqual([{ path: "src/a b.ts", sha256: hash, size: 3 }]);
  expect([...artifact.handlers].map(([tool, source]) => [tool, toHex(source)])).toEqual([
    ["one", toHex(encode("export default 1"))],
    ["two", toHex(encode("export default 2"))],
  ]);
  expect(artifact.files.has("index.json")).toBe(true);
});

test("the vector of formats.md is an archive but no skill", () => {
  const files = new Map([
    ["SKILL.md", encode("# Notes\n")],
    ["skill.json", encode('{"manifest_version":"1","name":"notes"}')],
  ]);
  expect(() => readArtifact(packArtifact(files))).toThrow(ArtifactError);
});

describe("refused is", () => {
  test.each([...SKILL.keys()])("an artifact without %s", (path) => {
    expect(() => readArtifact(changed(path, undefined))).toThrow(`${path}: missing`);
  });

  test.each(["handlers/three.mjs", "handlers/one.js", "tools/other.json", "files/main.py", "README.md", "a"])(
    "one with %s",
    (path) => {
      expect(() => readArtifact(changed(path, canonicalBytes({})))).toThrow(`${path}: no part of a skill`);
    },
  );

  test.each<[string, string, unknown]>([
    ["skill.json", "it isn't an object", []],
    ["skill.json", "tools isn't", {}],
    ["skill.json", "tools isn't", { tools: [] }],
    ["skill.json", "tools isn't", { tools: [{}] }],
    ["skill.json", "tools isn't", { tools: [null] }],
    ["skill.json", "two tools", { tools: [{ name: "one" }, { name: "one" }] }],
    ["inputs.json", "it isn't {v: 1, inputs}", []],
    ["inputs.json", "it isn't {v: 1, inputs}", { v: 2, inputs: [] }],
    ["inputs.json", "it isn't {v: 1, inputs}", { v: 1, inputs: [], more: 1 }],
    ["inputs.json", "inputs isn't a list", { v: 1, inputs: {} }],
    ["inputs.json", "inputs isn't a list", { v: 1, inputs: [{ path: "a", sha256: hash }] }],
    ["inputs.json", "inputs isn't a list", { v: 1, inputs: [{ path: "a", sha256: "0", size: 1 }] }],
    ["inputs.json", "inputs isn't a list", { v: 1, inputs: [{ path: "a", sha256: hash, size: -1 }] }],
    ["inputs.json", "inputs isn't a list", { v: 1, inputs: [{ path: "a", sha256: hash, size: 1.5 }] }],
    ["inputs.json", "inputs isn't a list", { v: 1, inputs: [{ path: "../a", sha256: hash, size: 1 }] }],
    ["inputs.json", "inputs isn't a list", { v: 1, inputs: [{ path: "/a", sha256: hash, size: 1 }] }],
    ["inputs.json", "inputs isn't a list", { v: 1, inputs: [{ path: "", sha256: hash, size: 1 }] }],
    [
      "inputs.json",
      "paths aren't in byte order",
      { v: 1, inputs: ["b", "a"].map((path) => ({ path, sha256: hash, size: 1 })) },
    ],
    [
      "inputs.json",
      "paths aren't in byte order",
      { v: 1, inputs: ["a", "a"].map((path) => ({ path, sha256: hash, size: 1 })) },
    ],
  ])("%s: %s", (path, message, content) => {
    expect(() => readArtifact(changed(path, canonicalBytes(content)))).toThrow(`${path}: ${message}`);
  });

  test("a handler that isn't UTF-8", () => {
    expect(() => readArtifact(changed("handlers/one.mjs", new Uint8Array([0xff])))).toThrow(
      "handlers/one.mjs: not UTF-8",
    );
  });

  test("any other byte", () => {
    const bytes = packArtifact(SKILL);
    for (let at = 0; at < bytes.length; at += 97) {
      const forged = new Uint8Array(bytes);
      forged[at] = (forged[at] ?? 0) ^ 1;
      expect(() => readArtifact(forged)).toThrow(ArtifactError);
    }
  });
});
