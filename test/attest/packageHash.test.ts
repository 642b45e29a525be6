import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PackageError, packageHash } from "../../src/attest/packageHash.js";

const hashOf = (files: Record<string, string>) =>
  packageHash(Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) })));

describe("the vectors of wcp.md 7.1", () => {
  test("no file", () => {
    expect(hashOf({})).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });
  test("one file", () => {
    expect(hashOf({ "a.txt": "hello\n" })).toBe(
      "295e0dec3c6274295bdb6fba3d95ce338e69bc59f02bbbfe6cc88ddba56c8832",
    );
  });
  test("seven names whose order depends on the language", () => {
    const names = ["a/b.txt", "a-b.txt", "Zed.py", "alpha.py", "a.txt", "_u.py", "a b.txt"];
    const files = Object.fromEntries(names.map((name, i) => [name, String(i + 1)]));
    expect(hashOf(files)).toBe("090c7e9f72601fe361ac5cb5744cb7d34a9af9c17e21ce907d09e244939e1203");
  });
  test("a name outside ASCII", () => {
    expect(hashOf({ "é.txt": "x", "z.txt": "y" })).toBe(
      "f07d48f50b190d6713ed52eac2e22647b1a3f1ce116556aaeea0e80757b4ad3b",
    );
  });
});

test("the artifact of the shared vectors", () => {
  const index =
    '{"files":[{"path":"SKILL.md","sha256":"365d0b84ae63c2afc293dedd2b00bdf0dc8d6ef70c9297d90f9e5682ab0d72ee","size":8},' +
    '{"path":"skill.json","sha256":"c117550355f5f64f0c87e6aaf63c4d91950f997dd07c404c6c999df175d13e3f","size":39}],"v":1}';
  const files = {
    "index.json": index,
    "SKILL.md": "# Notes\n",
    "skill.json": '{"manifest_version":"1","name":"notes"}',
  };
  expect(hashOf(files)).toBe("d1b5aad3e845f3012ec0967b524cb4d87acb0b017fdfd3b5136f5484ee497d58");
});

test.each([
  ".git/config",
  "a/.git/b",
  "__pycache__/x.py",
  "a/__pycache__/b/c",
  ".DS_Store",
  "manifest.json",
  "deep/manifest.json",
  "manifest.sig",
  "manifest.tmp",
  "x.pyc",
  "a/x.pyc",
])("%s doesn't count", (path) =>
  expect(hashOf({ [path]: "x", "a.txt": "y" })).toBe(hashOf({ "a.txt": "y" })),
);

test.each(["manifest.json.bak", "git", ".gitignore", "pycache", "x.pyc.txt", "Manifest.json"])(
  "%s counts",
  (path) => {
    expect(hashOf({ [path]: "x" })).not.toBe(hashOf({}));
  },
);

test.each([
  ["a newline", "a\nb", "BAD_NAME"],
  ["NUL", "a\0b", "BAD_NAME"],
  ["a lone surrogate", "a\ud800", "BAD_NAME"],
  ["the root", "/etc/passwd", "BAD_NAME"],
  ["the parent", "../a", "BAD_NAME"],
  ["nothing", "", "BAD_NAME"],
  ["a doubled slash", "a//b", "BAD_NAME"],
])("a path with %s is refused", (_name, path, code) => {
  expect(() => hashOf({ [path]: "x" })).toThrow(expect.objectContaining({ code }));
});

test("a path that is there twice is refused", () => {
  const file = { path: "a", bytes: new Uint8Array(1) };
  expect(() => packageHash([file, file])).toThrow(PackageError);
});

test("law: the order of files doesn't matter, every byte does", () => {
  const files = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}(\/[a-z]{1,3})?$/), fc.string(), {
    minKeys: 1,
    maxKeys: 8,
  });
  fc.assert(
    fc.property(files, (named) => {
      const reversed = Object.fromEntries(Object.entries(named).reverse());
      expect(hashOf(reversed)).toBe(hashOf(named));
      const [first] = Object.keys(named) as [string];
      expect(hashOf({ ...named, [first]: `${named[first]}.` })).not.toBe(hashOf(named));
    }),
  );
});
