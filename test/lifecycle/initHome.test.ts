import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { pendingChanges } from "../../src/lifecycle/applyHome.js";
import { auditVerify } from "../../src/lifecycle/auditVerify.js";
import { defaultNamespace, initHome } from "../../src/lifecycle/initHome.js";
import { NamespaceSchema } from "../../src/protocol/ids.js";
import { failure, readJson, workshop } from "./project.js";

test("makes a home with formats.md's defaults, in force at once, asking nothing", async () => {
  const ws = workshop();
  const made = await initHome(ws);
  const dir = join(ws.cwd, ".hall");
  expect(made).toMatchObject({ home: dir, hall_id: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(made.files).toEqual(["config.json", "rules.json", "lock.json"].map((name) => join(dir, name)));
  expect(readJson(join(dir, "config.json"))).toMatchObject({
    env: "dev",
    profile: "prof.dev.permissive",
    tenant: "local",
    namespace: "x.ada",
    caller: { data_label: "INTERNAL", tenant_risk: "low", qos_class: "P2" },
    registry: "file:",
    namespaces: { local: ["x.ada"] },
  });
  expect(readJson(join(dir, "rules.json"))).toMatchObject({ rules: [] });
  expect(readJson(join(dir, "lock.json"))).toMatchObject({ lock_version: 1, skills: {} });
  expect(await pendingChanges(ws)).toEqual({ pending: false, changes: [] });
  expect(await auditVerify(ws)).toMatchObject({ ok: true, records: 2 });
  expect(ws.asked).toEqual([]);
});

test("the state is this user's alone", async () => {
  const ws = workshop();
  const { state } = await initHome(ws);
  const mode = (...names: string[]) => (statSync(join(state, ...names)).mode & 0o777).toString(8);
  expect([mode(), mode("keys"), mode("artifacts")]).toEqual(["700", "700", "700"]);
  const keys = ["ledger.pem", "operator.pem", "publisher.pem", "attest.hmac"];
  expect(keys.map((name) => mode("keys", name))).toEqual(["600", "600", "600", "600"]);
});

test("the secret of the environment is used, not stored", async () => {
  const ws = workshop();
  const { state } = await initHome({
    ...ws,
    environment: { ...ws.environment, WCP_ATTEST_HMAC_KEY: "theirs" },
  });
  expect(existsSync(join(state, "keys", "attest.hmac"))).toBe(false);
});

test("never touches a .hall that is there", async () => {
  const ws = workshop();
  mkdirSync(join(ws.cwd, ".hall"));
  writeFileSync(join(ws.cwd, ".hall", "mine"), "");
  expect(await failure(initHome(ws))).toMatchObject({ code: "HOME_EXISTS" });
  expect(existsSync(join(ws.cwd, ".hall", "mine"))).toBe(true);
});

test.each([
  [{ namespace: "acme" }, "BAD_ARGUMENT"],
  [{ tenant: "" }, "BAD_FILE"],
])("with %j it leaves nothing behind", async (options, code) => {
  const ws = workshop();
  expect(await failure(initHome(ws, options))).toMatchObject({ code });
  expect(existsSync(join(ws.cwd, ".hall"))).toBe(false);
});

test("where state can't be kept it says so and leaves nothing behind", async () => {
  const ws = workshop();
  writeFileSync(join(ws.cwd, "file"), "");
  const environment = { ...ws.environment, HALL_STATE: join(ws.cwd, "file", "state") };
  expect(await failure(initHome({ ...ws, environment }))).toMatchObject({ code: "UNREADABLE" });
  expect(existsSync(join(ws.cwd, ".hall"))).toBe(false);
});

test("every user has a namespace", () => {
  expect(defaultNamespace({ user: "Ada Lovelace" })).toBe("x.ada-lovelace");
  expect(defaultNamespace({ user: "Jürgen" })).toBe("x.ju-rgen");
  expect(defaultNamespace({ user: "…" })).toBe("x.local");
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 80 }), (user) => {
      expect(NamespaceSchema.safeParse(defaultNamespace({ user })).success).toBe(true);
    }),
  );
});
