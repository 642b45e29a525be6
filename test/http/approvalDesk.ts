import { createHmac } from "node:crypto";
import { onTestFinished } from "vitest";
import { type Signer, signerFromSeed } from "../../src/evidence/ed25519.js";
import { principalOf } from "../../src/hall/open.js";
import type { ApprovalDesk } from "../../src/http/approvalsDesk.js";
import { CALLER, openNotesHall, policyOf, ruleFor } from "../hall/memoryHall.js";

export const NINE = Date.parse("2026-11-20T09:00:00.000Z");
export const ORIGIN = "http://127.0.0.1:8765";
export const SECRETS: Readonly<Record<string, string>> = { SLACK_ONE: "secret one", SLACK_TWO: "secret two" };

const signer = (name: string): Signer => signerFromSeed(Buffer.alloc(32, name));
export const KEYS = {
  alice: signer("alice"),
  bob: signer("bob"),
  carol: signer("carol"),
  one: signer("channel one"),
  two: signer("channel two"),
};

const channel = (id: string, key: Signer, secret: string, url: string, subjects: object) => ({
  id,
  key: key.key,
  secret,
  url,
  subjects,
});

/** Two approvers in person, an adviser, and two Slack workspaces. Whoever answers there is who config says. */
export const CONFIG = {
  approvers: [
    { id: "alice", key: KEYS.alice.key },
    { id: "bob", key: KEYS.bob.key, level: "executor" },
    { id: "carol", key: KEYS.carol.key, level: "advisory" },
  ],
  channels: [
    channel("slack:T1", KEYS.one, "SLACK_ONE", "http://127.0.0.1:9/hook", {
      U1: "alice",
      U2: "bob",
      U3: "carol",
    }),
    channel("slack:T2", KEYS.two, "SLACK_TWO", "http://127.0.0.1:9/other", { U9: "dave" }),
  ],
};

export const rulesWith = (escalation: object = {}) => [
  ruleFor("rr_notes_search_dev_001", "cap.doc.search", "wrk.doc.searcher", escalation),
  ruleFor("rr_notes_write_dev_001", "cap.doc.write", "wrk.doc.searcher", {
    human_required_default: true,
    ...escalation,
  }),
];

/** A Hall in memory whose clock is moved by hand, and a desk over it that sends to nobody. */
export async function openTestDesk(escalation: object = {}) {
  let now = NINE;
  const parts = await openNotesHall({
    clock: () => now,
    policy: () => policyOf(rulesWith(escalation), CONFIG),
  });
  onTestFinished(() => parts.hall.close());
  const sent: { readonly url: string; readonly headers: Headers; readonly body: string }[] = [];
  const said: string[] = [];
  let status = 200;
  const signers = [KEYS.one, KEYS.two].map((key) => principalOf("channel", key));
  const desk: ApprovalDesk = {
    approver: (voter) => parts.hall.approver(voter),
    channels: () => parts.policy()?.config.channels ?? [],
    signerOf: ({ key }) => signers.find((one) => one.key === key),
    secret: (name) => SECRETS[name],
    person: () => principalOf("alice", KEYS.alice),
    clock: () => now,
    random: (bytes) => Buffer.alloc(bytes, said.length + 1),
    say: (line) => said.push(line),
    fetch: async (url, options) => {
      const body = Buffer.from(options?.body as Uint8Array).toString();
      sent.push({ url: String(url), headers: new Headers(options?.headers), body });
      return new Response(null, { status });
    },
  };
  const gate = parts.hall.gate(CALLER);
  const add = (text: string) => gate.invoke("add_note", { text });
  return {
    ...parts,
    desk,
    sent,
    said,
    add,
    async held(text = "buy tea"): Promise<string> {
      const outcome = await add(text);
      if (outcome.kind !== "held") throw new Error(outcome.kind);
      return outcome.approval_id;
    },
    pass: (ms: number) => {
      now += ms;
    },
    answerWith: (next: number) => {
      status = next;
    },
  };
}

export type Press = {
  readonly approval_id: string;
  readonly user?: string;
  readonly team?: string;
  readonly action_id?: string;
};

/** The body that Slack sends for a pressed button. */
export function pressBody({
  approval_id,
  user = "U1",
  team = "T1",
  action_id = "hall_approve",
}: Press): string {
  const payload = {
    type: "block_actions",
    user: { id: user, username: "anyone", team_id: team },
    team: { id: team, domain: "acme" },
    actions: [{ type: "button", action_id, block_id: "b", value: approval_id }],
  };
  return `payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

/** Slack's headers over a body. `at` is in milliseconds. */
export function slackHeaders(body: string, secret = SECRETS["SLACK_ONE"] ?? "", at = NINE) {
  const timestamp = String(Math.floor(at / 1000));
  const mac = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  return { signature: `v0=${mac}`, timestamp };
}
