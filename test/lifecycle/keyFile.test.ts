import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadKeyFile } from "../../src/attest/keys.js";
import { makeKey, showKey } from "../../src/lifecycle/keyFile.js";
import type { Workshop } from "../../src/lifecycle/workshop.js";

function workshop(): Workshop {
  const cwd = mkdtempSync(join(tmpdir(), "hall-key-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const program = [process.execPath] as const;
  return {
    cwd,
    environment: {},
    user: "ann",
    program,
    clock: Date.now,
    progress: () => {},
    accept: async () => true,
  };
}

test("a key is made for its user alone, and shown by its public half", () => {
  const ws = workshop();
  const { file, key } = makeKey(ws, { file: "alice.pem" });
  expect(key).toMatch(/^ed25519:[0-9a-f]{64}$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(showKey(ws, { file: "alice.pem" })).toEqual({ file, key });
  expect(loadKeyFile(file).key).toBe(key);
});

test("no file is overwritten, and what is no key isn't shown", () => {
  const ws = workshop();
  writeFileSync(join(ws.cwd, "alice.pem"), "notes");
  expect(() => makeKey(ws, { file: "alice.pem" })).toThrow(expect.objectContaining({ code: "EXISTS" }));
  expect(() => showKey(ws, { file: "alice.pem" })).toThrow();
});
