import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createKeyFile } from "../../src/attest/keys.js";
import { allowNamespace } from "../../src/lifecycle/allowNamespace.js";
import { applyHome, pendingChanges } from "../../src/lifecycle/applyHome.js";
import { auditVerify } from "../../src/lifecycle/auditVerify.js";
import { trustKey } from "../../src/lifecycle/trustKey.js";
import type { Workshop } from "../../src/lifecycle/workshop.js";
import { openDatabase } from "../../src/records/driver.js";
import { edit, failure, homeOf, readJson, type TestWorkshop, workshop } from "./project.js";

const configOf = (ws: TestWorkshop) => join(ws.cwd, ".hall", "config.json");

describe("a verb that changes config", () => {
  test("shows and applies its own change alone; other edits of the file stay pending", async () => {
    const ws = await homeOf();
    edit(configOf(ws), (text) => text.replace('"low"', '"high"'));
    const allowed = await allowNamespace(ws, { namespace: "org.other" });
    expect(allowed).toMatchObject({
      accepted: true,
      tenant: "local",
      changes: ['config.namespaces.local gets "org.other"'],
    });
    expect(ws.asked).toEqual([{ question: expect.stringContaining("org.other"), details: allowed.changes }]);
    expect(await pendingChanges(ws)).toEqual({
      pending: true,
      changes: ['config.caller.tenant_risk: "low" becomes "high"'],
    });
    expect(readJson(configOf(ws))).toMatchObject({
      caller: { tenant_risk: "high" },
      namespaces: { local: ["org.acme", "org.other"] },
    });
  });

  test("does nothing without a yes", async () => {
    const ws = await homeOf();
    const before = readFileSync(configOf(ws), "utf8");
    ws.answer = false;
    expect(await allowNamespace(ws, { namespace: "org.other" })).toMatchObject({
      accepted: false,
      record_id: null,
    });
    expect(readFileSync(configOf(ws), "utf8")).toBe(before);
    expect(await auditVerify(ws)).toMatchObject({ records: 2 });
  });

  test("done twice is done once", async () => {
    const ws = await homeOf();
    await allowNamespace(ws, { namespace: "org.other", tenant: "guests" });
    const before = readFileSync(configOf(ws), "utf8");
    expect(await allowNamespace(ws, { namespace: "org.other", tenant: "guests" })).toMatchObject({
      accepted: true,
      record_id: null,
    });
    expect(readFileSync(configOf(ws), "utf8")).toBe(before);
    expect(ws.asked).toHaveLength(1);
  });

  test("leaves the file as it was when the change can't be put in force", async () => {
    const ws = await homeOf();
    const db = openDatabase(join(ws.environment["HALL_STATE"] ?? "", "hall.db"));
    db.exec("CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no room'); END");
    db.close();
    const before = readFileSync(configOf(ws), "utf8");
    expect(await failure(allowNamespace(ws, { namespace: "org.other" }))).toMatchObject({ code: "LEDGER" });
    expect(ws.asked).toHaveLength(1);
    expect(readFileSync(configOf(ws), "utf8")).toBe(before);
  });

  test("asks nobody for what it couldn't sign", async () => {
    const ws = await homeOf();
    const operator = join(ws.environment["HALL_STATE"] ?? "", "keys", "operator.pem");
    rmSync(operator);
    createKeyFile(operator);
    expect(await failure(allowNamespace(ws, { namespace: "org.other" }))).toMatchObject({ code: "KEY" });
    expect(ws.asked).toEqual([]);
  });

  test("gives way to a policy that came into force while the person looked", async () => {
    const ws = await homeOf();
    const slow: Workshop = {
      ...ws,
      accept: async () => {
        edit(configOf(ws), (text) => text.replace('"low"', '"high"'));
        return (await applyHome(ws)).applied;
      },
    };
    expect(await failure(allowNamespace(slow, { namespace: "org.other" }))).toMatchObject({ code: "BUSY" });
    expect(await pendingChanges(ws)).toMatchObject({ pending: false });
    expect(await allowNamespace(ws, { namespace: "org.other" })).toMatchObject({ accepted: true });
  });

  test("before the first apply there is nothing to change", async () => {
    const ws = await homeOf();
    const elsewhere = {
      ...ws,
      environment: { ...ws.environment, HALL_STATE: `${ws.environment["HALL_STATE"]}-2` },
    };
    expect(await failure(allowNamespace(elsewhere, { namespace: "org.other" }))).toMatchObject({
      code: "NOT_APPLIED",
    });
  });
});

describe("trust add", () => {
  const KEY = "ed25519:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

  async function withKey(content: string) {
    const ws = await homeOf(workshop());
    writeFileSync(join(ws.cwd, "key"), content);
    return ws;
  }

  test("adds a key, then a namespace to it", async () => {
    const ws = await withKey(`${KEY}\n`);
    expect(await trustKey(ws, { keyFile: "key", namespace: "org.other" })).toMatchObject({
      accepted: true,
      key: KEY,
    });
    await trustKey(ws, { keyFile: "key", namespace: "org.third" });
    expect(readJson(configOf(ws))).toMatchObject({
      publishers: [{ key: KEY, namespaces: ["org.other", "org.third"] }],
    });
  });

  test("reads a public key in PEM", async () => {
    // RFC 8410, section 10.1
    const ws = await withKey(
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n",
    );
    const key = "ed25519:19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
    expect(await trustKey(ws, { keyFile: "key", namespace: "org.other" })).toMatchObject({ key });
  });

  test.each([
    ["junk", "junk"],
    ["a key of small order", `ed25519:${"0".repeat(64)}`],
    ["nothing", ""],
  ])("refuses %s", async (_, content) => {
    const ws = await withKey(content);
    expect(await failure(trustKey(ws, { keyFile: "key", namespace: "org.other" }))).toMatchObject({
      code: "KEY",
    });
    expect(ws.asked).toEqual([]);
  });

  test("refuses a private key: it is its publisher's alone", async () => {
    const ws = await homeOf();
    createKeyFile(join(ws.cwd, "private.pem"));
    const error = await failure(trustKey(ws, { keyFile: "private.pem", namespace: "org.other" }));
    expect(error).toMatchObject({ code: "KEY", message: expect.stringContaining("private key") });
  });

  test("refuses a key that has another role here", async () => {
    const ws = await homeOf();
    const { head } = (await auditVerify(ws)) as { head: { key_id: string } };
    writeFileSync(join(ws.cwd, "key"), head.key_id);
    expect(await failure(trustKey(ws, { keyFile: "key", namespace: "org.other" }))).toMatchObject({
      code: "BAD_FILE",
    });
  });
});
