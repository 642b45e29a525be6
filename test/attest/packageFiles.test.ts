import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { canonicalPackageHash } from "../../src/attest/packageFiles.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "package-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text = "x"): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const refused = (code: string) => expect.objectContaining({ name: "PackageError", code });

test("the vectors of wcp.md 7.1, from files", () => {
  expect(canonicalPackageHash(root)).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const names = ["a/b.txt", "a-b.txt", "Zed.py", "alpha.py", "a.txt", "_u.py", "a b.txt"];
  for (const [i, name] of names.entries()) put(name, String(i + 1));
  expect(canonicalPackageHash(root)).toBe("090c7e9f72601fe361ac5cb5744cb7d34a9af9c17e21ce907d09e244939e1203");
});

test("excluded names aren't even looked into, empty directories don't count", () => {
  put("a.txt");
  const before = canonicalPackageHash(root);
  put(".git/HEAD");
  put("sub/__pycache__/x.pyc");
  put("manifest.json");
  symlinkSync("/etc", join(root, ".DS_Store"));
  mkdirSync(join(root, "empty"));
  expect(canonicalPackageHash(root)).toBe(before);
});

test("a package that lies under a directory called .git is hashed all the same", () => {
  put(".git/package/a.txt", "hello\n");
  expect(canonicalPackageHash(join(root, ".git", "package"))).toBe(
    "295e0dec3c6274295bdb6fba3d95ce338e69bc59f02bbbfe6cc88ddba56c8832",
  );
});

test.each(["/etc/passwd", "/etc", "nowhere", "a.txt"])("a link to %s is refused", (target) => {
  put("a.txt");
  symlinkSync(target, join(root, "link"));
  expect(() => canonicalPackageHash(root)).toThrow(refused("NOT_A_FILE"));
});

test("a pipe is refused, not waited for", () => {
  execFileSync("mkfifo", [join(root, "pipe")]);
  expect(() => canonicalPackageHash(root)).toThrow(refused("NOT_A_FILE"));
});

test("a name with a newline, and one that isn't UTF-8", () => {
  put("a\nb");
  expect(() => canonicalPackageHash(root)).toThrow(refused("BAD_NAME"));
  rmSync(join(root, "a\nb"));
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x61, 0xff])]), "x");
  expect(() => canonicalPackageHash(root)).toThrow(refused("BAD_NAME"));
});

test("a root that isn't there, or isn't a directory", () => {
  expect(() => canonicalPackageHash(join(root, "no"))).toThrow(refused("UNREADABLE"));
  put("a.txt");
  expect(() => canonicalPackageHash(join(root, "a.txt"))).toThrow(refused("UNREADABLE"));
});

test.skipIf(process.getuid?.() === 0)("an unreadable file or directory (root reads everything)", () => {
  put("sub/a.txt");
  chmodSync(join(root, "sub/a.txt"), 0);
  expect(() => canonicalPackageHash(root)).toThrow(refused("UNREADABLE"));
  chmodSync(join(root, "sub"), 0);
  expect(() => canonicalPackageHash(root)).toThrow(refused("UNREADABLE"));
  chmodSync(join(root, "sub"), 0o700);
});
