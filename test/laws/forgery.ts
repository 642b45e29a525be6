import { sealEnvelope } from "../../src/evidence/dsse.js";
import type { Signer } from "../../src/evidence/ed25519.js";
import type { HoldRequest, Vote } from "../../src/evidence/request.js";
import { commonBody } from "../../src/hall/bodies.js";
import { principalOf } from "../../src/hall/open.js";
import type { Caller } from "../../src/hall/types.js";
import { takeCallback } from "../../src/http/approvalsCallback.js";
import { timestamp } from "../../src/protocol/clock.js";
import type { Outcome } from "../../src/protocol/outcome.js";
import { ENGINE } from "../../src/protocol/version.js";
import { CALLER, policyOf } from "../hall/memoryHall.js";
import {
  CONFIG,
  KEYS,
  type openTestDesk,
  pressBody,
  rulesWith,
  SECRETS,
  slackHeaders,
} from "../http/approvalDesk.js";

/** A held call that somebody wants to run without the yes that it needs. */
export type Scene = Awaited<ReturnType<typeof openTestDesk>> & {
  readonly approval_id: string;
  readonly request: HoldRequest;
  readonly text: string;
  readonly call: () => Promise<Outcome>;
  readonly random: Random;
};

/** Numbers from 0 below n. */
export type Random = (n: number) => number;

/** One way to try. What it gives is called next, instead of the held call itself; nothing may run. */
export type Forgery = (scene: Scene) => Promise<(() => Promise<Outcome>) | undefined>;

/** Both tools are held for a person. */
export const ESCALATION = { human_required_default: true };

const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)] as T;

export const approve = (scene: Scene, name: "alice" | "bob" | "carol" = "alice") =>
  scene.hall.approver(principalOf(name, KEYS[name])).vote(scene.approval_id, "approve", null);

/** Puts a vote into the ledger past everything but the store's own checks; whether it took it. */
async function record(scene: Scene, vote: Vote, signer: Signer, changes: object = {}): Promise<boolean> {
  const hold = scene.store().hold(scene.approval_id);
  const { skill_id, version, artifact_digest } = scene.request;
  const about = { ...commonBody(CALLER, ENGINE), skill_id, version, artifact_digest };
  const answer = { vote: sealEnvelope("vote", vote, [signer]), confirmed_via: null, declined_via: null };
  const body = { ...about, approval_id: scene.approval_id, ...answer, level: null, ...changes };
  const parent_id = hold?.record_id ?? null;
  return scene
    .store()
    .write((tx) => tx.append({ kind: "approval", body, parent_id }))
    .then(
      () => true,
      () => false,
    );
}

const voteOf = ({ request, clock }: Scene, changes: Partial<Vote> = {}): Vote => ({
  request,
  verdict: "approve",
  approver_id: "alice",
  via: null,
  reason: null,
  voted_at: timestamp(clock()),
  ...changes,
});

type Sent = {
  readonly body: string;
  readonly channel?: string;
  readonly secret?: string;
  readonly at?: number;
  readonly headers?: (good: ReturnType<typeof slackHeaders>) => ReturnType<typeof slackHeaders>;
};

/** Sends a callback; signed by Slack unless said otherwise. */
async function send(scene: Scene, sent: Sent): Promise<void> {
  const { body, channel = "slack:T1", secret = SECRETS["SLACK_ONE"], at = scene.clock() } = sent;
  const good = slackHeaders(body, secret, at);
  await takeCallback(scene.desk, channel, Buffer.from(body), sent.headers?.(good) ?? good);
}

const callAs =
  ({ hall, text }: Scene, changes: Partial<Caller>) =>
  () =>
    hall.gate({ ...CALLER, ...changes }).invoke("add_note", { text });

const otherArguments = (text: string): readonly unknown[] => [
  { text: `${text} ` },
  { text: ` ${text}` },
  { text: `${text}\u200b` },
  { text: text.toUpperCase() },
  { text: text.replace("n", "\u043f") },
  { text, more: 1 },
  { text: [text] },
  { text: `${text}\n` },
  { note: text },
  [{ text }],
  JSON.stringify({ text }),
  { text: text.slice(1) },
];

const otherCallers: readonly Partial<Caller>[] = [
  { agent: "mcp:other" },
  { agent: "mcp:test " },
  { agent: "MCP:test" },
  { agent: "cli:test" },
  { tenant_id: "other" },
  { env: "stage" },
  { env: "prod" },
  { data_label: "PUBLIC" },
  { data_label: "RESTRICTED" },
  { tenant_risk: "high" },
  { qos_class: "P0" },
];

const otherRequests = (request: HoldRequest): readonly Partial<HoldRequest>[] => [
  { arguments: "ab".repeat(32) },
  { tool: "search_notes" },
  { title: "Harmless" },
  { needed: 2 },
  { mode: request.mode === "approve" ? "confirm" : "approve" },
  { agent: "mcp:other" },
  { tenant_id: "other" },
  { env: "prod" },
  { policy_digest: "cd".repeat(32) },
  { artifact_digest: "ef".repeat(32) },
  { hall_id: "01".repeat(32) },
  { expires_at: "2027-11-20T09:00:00.000Z" },
  { grant_seconds: 86_400 },
  { supervisor_level: "advisory" },
  { approval_id: "00000000-0000-4000-8000-000000000000" },
  { capability_id: "cap.doc.search" },
];

/** Every class of forgery by name. */
export const FORGERIES: Readonly<Record<string, Forgery>> = {
  "edited arguments": async (scene) => {
    await approve(scene);
    const args = pick(scene.random, otherArguments(scene.text));
    return () => scene.hall.gate(CALLER).invoke("add_note", args);
  },
  "another caller": async (scene) => {
    await approve(scene);
    return callAs(scene, pick(scene.random, otherCallers));
  },
  "another tool": async (scene) => {
    await approve(scene);
    return () => scene.hall.gate(CALLER).invoke("search_notes", { query: scene.text, text: scene.text });
  },
  "a grant that is over": async (scene) => {
    await approve(scene);
    scene.pass(600_000 + scene.random(300_000));
    return undefined;
  },
  "a yes that comes too late": async (scene) => {
    scene.pass(900_000 + scene.random(300_000));
    await approve(scene).catch(() => {});
    await record(scene, voteOf(scene), KEYS.alice);
    return undefined;
  },
  "a changed policy": async (scene) => {
    await approve(scene);
    const operator = scene.hall.operator(principalOf("operator", scene.keys.operator));
    const rationale = `changed ${scene.random(1_000_000)}`;
    await operator.apply(policyOf(rulesWith({ ...ESCALATION, rationale }), CONFIG), null);
    return undefined;
  },
  "whoever asks approves": async (scene) => {
    const agent = pick(scene.random, ["alice", "bob"] as const);
    const call = callAs(scene, { agent });
    const held = await call();
    if (held.kind !== "held") throw new Error(held.kind);
    const own = scene.store().hold(held.approval_id)?.request ?? scene.request;
    const asked = { ...scene, approval_id: held.approval_id, request: own };
    await approve(asked, agent).catch(() => {});
    await record(asked, voteOf(asked, { approver_id: agent }), KEYS[agent]);
    const user = agent === "alice" ? "U1" : "U2";
    await send(asked, { body: pressBody({ approval_id: held.approval_id, user }) });
    return call;
  },
  "a level too low": async (scene) => {
    await scene.hall.approver(principalOf("bob", KEYS.bob)).vote(scene.approval_id, "escalate", null);
    for (const name of ["alice", "bob", "carol"] as const) await approve(scene, name);
    await send(scene, {
      body: pressBody({ approval_id: scene.approval_id, user: pick(scene.random, ["U1", "U2"]) }),
    });
    return undefined;
  },
  advice: async (scene) => {
    await approve(scene, "carol");
    await send(scene, { body: pressBody({ approval_id: scene.approval_id, user: "U3" }) });
    return undefined;
  },
  "a mere confirmation": async (scene) => {
    const confirmed_via = pick(scene.random, ["mcp", "langchain", "slack:T1/U1", ""]);
    await record(scene, voteOf(scene), KEYS.alice, { vote: null, confirmed_via });
    return undefined;
  },
  "a vote for another request": async (scene) => {
    const request = { ...scene.request, ...pick(scene.random, otherRequests(scene.request)) };
    await record(scene, voteOf(scene, { request }), KEYS.alice);
    return undefined;
  },
  "a vote by another key": async (scene) => {
    const signer = pick(scene.random, [
      KEYS.bob,
      KEYS.one,
      KEYS.two,
      scene.keys.ledger,
      scene.keys.publisher,
    ]);
    await record(scene, voteOf(scene), signer);
    return undefined;
  },
  "a vote under a name that isn't theirs": async (scene) => {
    const approver_id = pick(scene.random, ["mallory", "operator", "Alice", "alice ", "", CALLER.agent]);
    await record(scene, voteOf(scene, { approver_id }), pick(scene.random, [KEYS.alice, KEYS.bob]));
    return undefined;
  },
  "a vote replayed for another hold": async (scene) => {
    await approve(scene);
    const other = await scene.held(`${scene.text} again`);
    const hold = scene.store().hold(other);
    const target = { ...scene, approval_id: other, request: hold?.request ?? scene.request };
    await record(target, voteOf(scene), KEYS.alice);
    return () => scene.add(`${scene.text} again`);
  },
  "a vote whose bytes were changed": async (scene) => {
    const envelope = sealEnvelope("vote", voteOf(scene, { approver_id: "carol" }), [KEYS.carol]);
    const payload = Buffer.from(envelope.payload, "base64").toString().replace('"carol"', '"alice"');
    const vote = { ...envelope, payload: Buffer.from(payload).toString("base64") };
    await record(scene, voteOf(scene), KEYS.alice, { vote });
    return undefined;
  },
  "a document of another kind": async (scene) => {
    const what = pick(scene.random, ["order", "certificate", "commit"] as const);
    await record(scene, voteOf(scene), KEYS.alice, { vote: sealEnvelope(what, voteOf(scene), [KEYS.alice]) });
    return undefined;
  },
  "a channel's key for another channel": async (scene) => {
    const via = pick(scene.random, ["slack:T1/U1", "slack:T2/U1", "slack:T1/U9", "slack:T2/U2", null]);
    const key = via === "slack:T1/U9" ? KEYS.one : KEYS.two;
    await record(scene, voteOf(scene, { via, approver_id: pick(scene.random, ["alice", "bob"]) }), key);
    return undefined;
  },
  "a person's key through a channel": async (scene) => {
    const via = pick(scene.random, ["slack:T1/U1", "slack:T1/U2", "slack:T1", "cli"]);
    await record(scene, voteOf(scene, { via }), KEYS.alice);
    return undefined;
  },
  "an unsigned callback": async (scene) => {
    const { signature, timestamp: at } = slackHeaders("", "", scene.clock());
    const headers = pick(scene.random, [
      { signature: "", timestamp: at },
      { signature: "v0=", timestamp: at },
      { signature, timestamp: "" },
      { signature: `v0=${"0".repeat(64)}`, timestamp: at },
    ]);
    await send(scene, { body: pressBody(scene), headers: () => headers });
    return undefined;
  },
  "a callback signed with another secret": async (scene) => {
    const secret = pick(scene.random, ["", "secret", "SLACK_ONE", SECRETS["SLACK_TWO"] ?? "", CALLER.agent]);
    await send(scene, { body: pressBody(scene), secret });
    return undefined;
  },
  "a stale callback, or one from the future": async (scene) => {
    const away = 301_000 + scene.random(86_400_000);
    await send(scene, { body: pressBody(scene), at: scene.clock() + pick(scene.random, [-away, away]) });
    return undefined;
  },
  "a stale callback with a fresh time": async (scene) => {
    const fresh = String(Math.floor(scene.clock() / 1000));
    const at = scene.clock() - 301_000 - scene.random(86_400_000);
    await send(scene, {
      body: pressBody(scene),
      at,
      headers: ({ signature }) => ({ signature, timestamp: fresh }),
    });
    return undefined;
  },
  "a user swapped in a signed body": async (scene) => {
    const { approval_id } = scene;
    const signed = pressBody({ approval_id, user: pick(scene.random, ["U3", "U7", "W1"]) });
    const body = pressBody({ approval_id, user: pick(scene.random, ["U1", "U2"]) });
    await send(scene, { body, headers: () => slackHeaders(signed, SECRETS["SLACK_ONE"], scene.clock()) });
    return undefined;
  },
  "an approval's id swapped in a signed body": async (scene) => {
    const other = await scene.held(`${scene.text} again`);
    const signed = pressBody({ approval_id: other });
    const body = pressBody(scene);
    await send(scene, { body, headers: () => slackHeaders(signed, SECRETS["SLACK_ONE"], scene.clock()) });
    return undefined;
  },
  "a user whom the config doesn't name": async (scene) => {
    const user = pick(scene.random, ["U7", "u1", "U1 ", "alice", "__proto__", "toString", "slack:T1/U1"]);
    await send(scene, { body: pressBody({ ...scene, user }) });
    return undefined;
  },
  "a user of another workspace": async (scene) => {
    await send(scene, { body: pressBody({ ...scene, team: pick(scene.random, ["T2", "t1", "T11", ""]) }) });
    return undefined;
  },
  "a callback for another channel": async (scene) => {
    const channel = pick(scene.random, ["slack:T2", "slack:T3", "slack:t1", "", "slack:T1/U1"]);
    const secret = pick(scene.random, [SECRETS["SLACK_ONE"] ?? "", SECRETS["SLACK_TWO"] ?? ""]);
    await send(scene, { body: pressBody(scene), channel, secret });
    return undefined;
  },
  "a yes that a no has ended": async (scene) => {
    await send(scene, { body: pressBody({ ...scene, action_id: "hall_deny" }) });
    await send(scene, { body: pressBody({ ...scene, user: "U2" }) });
    await approve(scene).catch(() => {});
    await record(scene, voteOf(scene), KEYS.alice);
    return undefined;
  },
};
