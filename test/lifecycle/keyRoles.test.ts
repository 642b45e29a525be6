import { expect, test } from "vitest";
import { LifecycleError } from "../../src/lifecycle/error.js";
import { checkKeyRoles } from "../../src/lifecycle/keyRoles.js";

const own = { ledger: "L", publisher: "P", operators: ["O"] };
const config = (env: "dev" | "prod", publishers: string[], approvers: string[], channels: string[] = []) => ({
  env,
  publishers: publishers.map((key) => ({ key, namespaces: ["x.a"] })),
  approvers: approvers.map((key) => ({ id: "ada", key })),
  channels: channels.map((key) => ({ id: "slack:T1", key, secret: "S", subjects: { U1: "ada" } })),
});

test.each([
  ["nothing but its own", config("dev", [], [])],
  ["others", config("prod", ["Q", "P"], ["A", "B"])],
  ["in dev the operator approves", config("dev", [], ["O"])],
  ["channels with keys of their own", config("prod", ["Q"], ["A"], ["C", "D"])],
  ["one publisher listed twice", config("dev", ["Q", "Q"], [])],
])("allowed: %s", (_, wanted) => expect(() => checkKeyRoles(wanted, own)).not.toThrow());

test.each([
  ["in prod the operator approves", config("prod", [], ["O"]), "approvers[0].key"],
  ["the ledger's key publishes", config("dev", ["L"], []), "publishers[0].key"],
  ["the home's publisher approves", config("dev", [], ["P"]), "approvers[0].key"],
  ["the operator's key is a channel's", config("dev", [], [], ["O"]), "channels[0].key"],
  ["an approver's key is a channel's", config("dev", [], ["A"], ["C", "A"]), "channels[1].key"],
  ["a publisher approves", config("dev", ["Q"], ["A", "Q"]), "approvers[1].key"],
])("refused: %s", (_, wanted, path) => {
  try {
    checkKeyRoles(wanted, own);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(LifecycleError);
    expect((error as LifecycleError).problems).toMatchObject([{ file: "config.json", path }]);
  }
});

test("keys that aren't there yet collide with nothing", () => {
  expect(() =>
    checkKeyRoles(config("dev", [], []), { ledger: null, publisher: null, operators: [] }),
  ).not.toThrow();
});
