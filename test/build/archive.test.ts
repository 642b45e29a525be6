import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArtifactError, packArtifact, readArchive } from "../../src/build/archive.js";
import { sha256Hex } from "../../src/protocol/canonical.js";

const BLOCK = 512;
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const files = (contents: Record<string, string>) =>
  new Map(Object.entries(contents).map(([path, content]) => [path, text(content)]));

/** formats.md's vector 4. */
const VECTOR = files({ "SKILL.md": "# Notes\n", "skill.json": '{"manifest_version":"1","name":"notes"}' });

describe("vector 4 of formats.md", () => {
  test("the tar and its digest", () => {
    const tar = packArtifact(VECTOR);
    expect(tar.length).toBe(4096);
    expect(sha256Hex(tar)).toBe("b7776ae368d4701932cd82ceeab8adfd713b6288f3b0f4ee08380e94c1e3c21e");
  });

  test("reading gives the files back, index.json among them", () => {
    const archive = readArchive(packArtifact(VECTOR));
    expect(archive.digest).toBe("b7776ae368d4701932cd82ceeab8adfd713b6288f3b0f4ee08380e94c1e3c21e");
    expect([...archive.files.keys()]).toEqual(["index.json", "SKILL.md", "skill.json"]);
    expect(Buffer.from(archive.files.get("index.json") ?? []).toString()).toBe(
      '{"files":[{"path":"SKILL.md","sha256":"365d0b84ae63c2afc293dedd2b00bdf0dc8d6ef70c9297d90f9e5682ab0d72ee","size":8},{"path":"skill.json","sha256":"c117550355f5f64f0c87e6aaf63c4d91950f997dd07c404c6c999df175d13e3f","size":39}],"v":1}',
    );
  });
});

const gnuTar = spawnSync("tar", ["--version"], { encoding: "utf8" }).stdout?.includes("GNU tar") === true;

test.skipIf(!gnuTar)(
  `GNU tar makes the same bytes${gnuTar ? "" : " (skipped: there is no GNU tar here)"}`,
  () => {
    const contents = new Map([
      ...VECTOR,
      ["handlers/a.mjs", new Uint8Array(BLOCK).fill(7)],
      ["handlers/Z_9.x-y.mjs", new Uint8Array(0)],
      [`files/${"d".repeat(40)}/${"f".repeat(52)}`, new Uint8Array(70_001).fill(255)],
    ]);
    const artifact = packArtifact(contents);
    const paths = [...readArchive(artifact).files];
    const directory = mkdtempSync(join(tmpdir(), "hall-tar-"));
    try {
      for (const [path, content] of paths) {
        mkdirSync(dirname(join(directory, path)), { recursive: true });
        writeFileSync(join(directory, path), content, { mode: 0o644 });
      }
      const owner = ["--owner=0", "--group=0", "--numeric-owner", "--mode=0644"];
      const options = ["--format=ustar", "--mtime=@0", ...owner, "-b1", "--no-recursion", "-cf", "-"];
      const tar = execFileSync("tar", [...options, ...paths.map(([path]) => path)], {
        cwd: directory,
        maxBuffer: 1 << 24,
      });
      expect(Buffer.compare(tar, artifact)).toBe(0);
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
);

describe("packing refuses", () => {
  const refused: [name: string, path: string][] = [
    ["a way out", "../skill.json"],
    ["an absolute path", "/skill.json"],
    ["a backslash", "handlers\\a.mjs"],
    ["an empty segment", "handlers//a.mjs"],
    ["a dot file", "handlers/.env"],
    ["a hyphen in front", "handlers/-a.mjs"],
    ["a byte beyond ASCII", "handlers/é.mjs"],
    ["a NUL", "handlers/a\0.mjs"],
    ["100 bytes", "a".repeat(100)],
    ["the empty path", ""],
    ["a name the package hash leaves out", "files/manifest.json"],
    ["a directory the package hash leaves out", "__pycache__/a"],
    ["compiled Python", "files/a.pyc"],
  ];
  test.each(refused)("%s", (_, path) => {
    expect(() => packArtifact(new Map([[path, text("{}")]]))).toThrow(ArtifactError);
  });

  test.each([
    ["two names equal but for case", ["a/Readme", "a/README"]],
    ["a second index.json by case", ["INDEX.json"]],
    ["a file that is also a directory", ["a", "A/b"]],
    ["a directory that is also a file", ["a/b", "a"]],
  ])("%s", (_, paths) => {
    expect(() => packArtifact(new Map(paths.map((path) => [path, text("{}")])))).toThrow(
      /the same but for case/,
    );
  });

  test.each([
    ["spaces", '{ "a":1}'],
    ["order", '{"b":1,"a":2}'],
    ["a duplicate name", '{"a":1,"a":1}'],
    ["a newline at the end", '{"a":1}\n'],
    ["a byte order mark", '\ufeff{"a":1}'],
    ["a lone surrogate", '{"a":"\\ud800"}'],
    ["__proto__", '{"__proto__":1}'],
    ["no JSON", "hello"],
    ["100,000 levels", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
  ])("JSON with %s", (_, content) => {
    expect(() => packArtifact(files({ "tools/mcp.json": content }))).toThrow(/^tools\/mcp\.json: /);
  });

  test("JSON that isn't UTF-8", () => {
    expect(() => packArtifact(new Map([["a.json", new Uint8Array([0x22, 0xff, 0x22])]]))).toThrow(
      ArtifactError,
    );
  });

  test("1,000 files beside the index, but not 999", () => {
    const many = (count: number) =>
      new Map(Array.from({ length: count }, (_, i) => [`f/${i}`, text("x")] as const));
    expect(() => packArtifact(many(1000))).toThrow(/more than 1000 files/);
    expect(readArchive(packArtifact(many(999))).files.size).toBe(1000);
  });

  test("a byte over 16 MiB", () => {
    const overhead =
      packArtifact(new Map([["big", new Uint8Array(0x100_0000 - 10 * BLOCK)]])).length - 0x100_0000;
    const most = 0x100_0000 - 10 * BLOCK - overhead;
    expect(packArtifact(new Map([["big", new Uint8Array(most)]])).length).toBe(0x100_0000);
    expect(() => packArtifact(new Map([["big", new Uint8Array(most + 1)]]))).toThrow(/16 MiB/);
  });
});

/** A change to one header, with its checksum made right again. */
function forgeHeader(tar: Uint8Array, at: number, change: (header: Uint8Array) => void): Uint8Array {
  const forged = new Uint8Array(tar);
  const header = forged.subarray(at, at + BLOCK);
  change(header);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.set(text(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return forged;
}

describe("reading refuses", () => {
  const tar = packArtifact(VECTOR);
  const second = 2 * BLOCK; // the header of SKILL.md
  const third = 4 * BLOCK; // the header of skill.json
  const put = (at: number, content: string) => (header: Uint8Array) => header.set(text(content), at);
  const swapped = new Uint8Array(tar);
  swapped.copyWithin(second, third, third + 2 * BLOCK);
  swapped.set(tar.subarray(second, third), third);

  test("the forging itself keeps good bytes", () => {
    expect(forgeHeader(tar, second, () => {})).toEqual(tar);
  });

  test.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array(0)],
    ["two zero blocks", new Uint8Array(2 * BLOCK)],
    ["a byte at the end", Buffer.concat([tar, Buffer.from([0])])],
    ["a block at the end", Buffer.concat([tar, Buffer.alloc(BLOCK)])],
    ["tar's usual padding to 10 KiB", Buffer.concat([tar, Buffer.alloc(10_240 - tar.length)])],
    ["one closing block", tar.subarray(0, -BLOCK)],
    ["half a file", tar.subarray(0, 700)],
    ["a second archive after the first", Buffer.concat([tar, tar])],
    ["a second copy of a file", Buffer.concat([tar.subarray(0, third), tar.subarray(second)])],
    ["another order", swapped],
    ["no index in front", tar.subarray(second)],
    [
      "the index at the end",
      Buffer.concat([tar.subarray(second, -2 * BLOCK), tar.subarray(0, second), tar.subarray(-2 * BLOCK)]),
    ],
    ["another mode", forgeHeader(tar, second, put(100, "0000755\0"))],
    ["setuid", forgeHeader(tar, second, put(100, "0004644\0"))],
    ["an owner", forgeHeader(tar, second, put(108, "0001750\0"))],
    ["an owner's name", forgeHeader(tar, second, put(265, "root"))],
    ["a time", forgeHeader(tar, second, put(136, "00000000001\0"))],
    ["a symbolic link", forgeHeader(tar, second, put(156, "2/etc/passwd"))],
    ["a hard link", forgeHeader(tar, second, put(156, "1index.json"))],
    ["a directory", forgeHeader(tar, second, put(156, "5"))],
    ["an old kind of file", forgeHeader(tar, second, put(156, "\0"))],
    ["a GNU header", forgeHeader(tar, second, put(257, "ustar  \0"))],
    ["a prefix", forgeHeader(tar, second, put(345, "etc"))],
    ["a way out", forgeHeader(tar, second, put(0, "../MD.md"))],
    ["something behind a name's NUL", forgeHeader(tar, second, put(9, "x"))],
    ["a size in base 256", forgeHeader(tar, second, put(124, "\x80\0\0\0\0\0\0\0\0\0\0\x08"))],
    ["a size beyond the end", forgeHeader(tar, second, put(124, "77777777777\0"))],
    ["a size one less", forgeHeader(tar, second, put(124, "00000000007\0"))],
  ])("%s", (_, forged) => {
    expect(() => readArchive(forged)).toThrow(ArtifactError);
  });

  test("a wrong checksum", () => {
    const forged = new Uint8Array(tar);
    forged.set(text("0"), second + 153);
    expect(Buffer.compare(forged, tar)).not.toBe(0);
    expect(() => readArchive(forged)).toThrow(/from byte 1177 on/);
  });

  test("over 16 MiB, before anything is read", () => {
    expect(() => readArchive(new Uint8Array(0x100_0001))).toThrow(/16 MiB/);
  });
});

describe("laws", () => {
  const segment = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,8}$/).map((name) => `_${name}`);
  const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => `f/${parts.join("/")}.bin`);
  const contents = fc.dictionary(path, fc.uint8Array({ maxLength: 1200 }), { maxKeys: 8 }).map((record) => {
    const unique = new Map(Object.entries(record).map((entry) => [entry[0].toLowerCase(), entry]));
    return new Map(unique.values());
  });

  test("what is packed is read back, whatever order it came in", () => {
    fc.assert(
      fc.property(contents, (packed) => {
        const tar = packArtifact(packed);
        const { files: read } = readArchive(tar);
        expect(packArtifact(new Map([...packed].reverse()))).toEqual(tar);
        expect(packArtifact(read)).toEqual(tar);
        expect(read.size).toBe(packed.size + 1);
        for (const [name, content] of packed)
          expect(Buffer.compare(read.get(name) ?? text("?"), content)).toBe(0);
      }),
    );
  });

  test("one changed bit is refused, wherever it is", () => {
    const tar = packArtifact(VECTOR);
    fc.assert(
      fc.property(fc.nat(tar.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = new Uint8Array(tar);
        changed[at] = (changed[at] ?? 0) ^ mask;
        expect(() => readArchive(changed)).toThrow(ArtifactError);
      }),
      { numRuns: 2000 },
    );
  });

  test("junk gives an ArtifactError, never another exception", () => {
    const junk = fc.uint8Array({ maxLength: 4096 });
    const headed = junk.map((tail) => Buffer.concat([packArtifact(VECTOR).subarray(0, 1536), tail]));
    fc.assert(
      fc.property(fc.oneof(junk, headed), (bytes) => {
        expect(() => readArchive(bytes)).toThrow(ArtifactError);
      }),
    );
  });
});

test("what the caller does to its bytes afterwards changes nothing", () => {
  const tar = packArtifact(VECTOR);
  const { files: held } = readArchive(tar);
  tar.fill(0);
  expect(Buffer.from(held.get("SKILL.md") ?? []).toString()).toBe("# Notes\n");
});
