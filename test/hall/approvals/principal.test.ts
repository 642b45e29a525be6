import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createKeyFile } from "../../../src/attest/keys.js";
import { principalFromFile } from "../../../src/hall/open.js";
import type { Principal } from "../../../src/hall/types.js";
import { openNotesHall } from "../memoryHall.js";

const KEY = `ed25519:${"0".repeat(64)}`;

test.each<[string, unknown, RegExp]>([
  ["an id alone", "alice", /missing: id .*, key .*, sign/],
  ["nothing", undefined, /missing: id .*, key .*, sign/],
  ["one without a key's way to sign", { id: "alice", key: KEY }, /missing: sign/],
  ["a key of another kind", { id: "alice", key: "alice.pem", sign() {} }, /missing: key \(ed25519:/],
  ["an empty id", { id: "", key: KEY, sign() {} }, /missing: id \(a name\)$/],
])("%s is no principal, and approver and operator say so at once", async (_, given, says) => {
  const { hall } = await openNotesHall();
  onTestFinished(() => hall.close());
  for (const take of [hall.approver, hall.operator]) {
    expect(() => take(given as Principal)).toThrow(TypeError);
    expect(() => take(given as Principal)).toThrow(says);
  }
});

test("a principal comes from a key file, and what isn't one is refused with a KeyError", async () => {
  const dir = mkdtempSync(join(tmpdir(), "hall-principal-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "alice.pem");
  const signer = createKeyFile(file);
  const alice = principalFromFile("alice", file);
  expect(alice).toMatchObject({ id: "alice", key: signer.key });
  const bytes = new TextEncoder().encode("yes");
  expect(await alice.sign(bytes)).toEqual(signer.sign(bytes));
  expect(() => principalFromFile("alice", join(dir, "bob.pem"))).toThrow(
    expect.objectContaining({ name: "KeyError", code: "MISSING" }),
  );
  writeFileSync(join(dir, "bob.pem"), signer.key, { mode: 0o600 });
  expect(() => principalFromFile("bob", join(dir, "bob.pem"))).toThrow(
    expect.objectContaining({ name: "KeyError", code: "NOT_A_KEY" }),
  );
});
