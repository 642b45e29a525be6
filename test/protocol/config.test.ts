import { describe, expect, test } from "vitest";
import { HomeConfigSchema } from "../../src/protocol/config.js";

const KEY = `ed25519:${"ab".repeat(32)}`;
const OTHER = `ed25519:${"cd".repeat(32)}`;
const CONFIG = {
  env: "dev",
  tenant: "local",
  namespace: "org.acme",
  caller: { data_label: "INTERNAL", tenant_risk: "low", qos_class: "P2" },
  registry: "file:",
};
const CHANNEL = { id: "slack:T1", key: KEY, secret: "SLACK_SECRET", subjects: { U2: "alice" } };
const problems = (config: object) =>
  (HomeConfigSchema.safeParse({ ...CONFIG, ...config }).error?.issues ?? []).map(({ path }) =>
    path.join("."),
  );

describe("channels", () => {
  test("name their key, the variable of their secret, and who people are", () => {
    expect(problems({ channels: [CHANNEL] })).toEqual([]);
    expect(
      problems({ channels: [{ ...CHANNEL, url: "https://hooks.example/x", level: "executor" }] }),
    ).toEqual([]);
    expect(problems({ channels: [{ ...CHANNEL, url: "env:SLACK_URL" }] })).toEqual([]);
    expect(HomeConfigSchema.parse(CONFIG).channels).toEqual([]);
  });

  test.each([
    ["another kind of channel", { id: "mail:x" }, "channels.0.id"],
    ["a key that is none", { key: "ed25519:no" }, "channels.0.key"],
    ["a secret instead of its variable", { secret: "8f74-2231" }, "channels.0.secret"],
    ["an address of another kind", { url: "file:///etc/passwd" }, "channels.0.url"],
    ["a user that is a path", { subjects: { "U1/U2": "alice" } }, "channels.0.subjects.U1/U2"],
    ["a requester who approves", { subjects: { U2: "mcp:claude" } }, "channels.0.subjects.U2"],
    ["a level that isn't one", { level: "chief" }, "channels.0.level"],
    ["a member that isn't one", { token: "x" }, "channels.0"],
  ])("refused: %s", (_, changes, path) => {
    expect(problems({ channels: [{ ...CHANNEL, ...changes }] })).toEqual([path]);
  });

  test("refused: one id or key twice", () => {
    expect(problems({ channels: [CHANNEL, { ...CHANNEL, key: OTHER }] })).toEqual(["channels.1.id"]);
    expect(problems({ channels: [CHANNEL, { ...CHANNEL, id: "slack:T2" }] })).toEqual(["channels.1.key"]);
  });
});

test("an approver may have a level", () => {
  expect(problems({ approvers: [{ id: "alice", key: KEY, level: "incident_commander" }] })).toEqual([]);
  expect(problems({ approvers: [{ id: "alice", key: KEY, level: "boss" }] })).toEqual(["approvers.0.level"]);
});
