import type { HoldForApproval } from "../hall/approver.js";
import type { ChannelConfig } from "../protocol/config.js";
import { type ApprovalDesk, readerOf } from "./approvalsDesk.js";
import { slackMessage } from "./approvalsMessage.js";
import { signedHeaders } from "./approvalsSignature.js";

/** How often one message is tried, and how long each try may take. */
const TRIES = 3;
const SEND_MS = 10_000;

export type Outbox = {
  /** Sends what is new and resolves once that was tried. Changes are looked at without it too. */
  look(): Promise<void>;
  stop(): void;
};

/**
 * Announces each pending hold to every channel that has a URL: once while this process lives, so again after a
 * restart. The messages are signed (X-Hall-Signature); what fails is tried again when something changes.
 */
export function openOutbox(desk: ApprovalDesk): Outbox {
  const reader = readerOf(desk);
  /** How often each was tried, by approval and channel; past TRIES it is done or given up. */
  const tried = new Map<string, number>();
  const stopping = new AbortController();
  let last: Promise<unknown> = Promise.resolve();

  async function send(hold: HoldForApproval, channel: ChannelConfig): Promise<void> {
    const name = nameOf(hold, channel);
    const count = tried.get(name) ?? 0;
    if (count >= TRIES) return;
    tried.set(name, TRIES);
    const problem = await post(desk, hold, channel, stopping.signal);
    if (problem === undefined || stopping.signal.aborted) return;
    tried.set(name, count + 1);
    desk.say(`${channel.id} wasn't told of ${hold.approval_id}: ${problem}.`);
  }

  async function lookNow(): Promise<void> {
    if (stopping.signal.aborted) return;
    const channels = desk.channels().filter(({ url }) => url !== undefined);
    const pending = reader.list().filter(({ state }) => state === "pending");
    const names = new Set(pending.flatMap((hold) => channels.map((channel) => nameOf(hold, channel))));
    for (const name of tried.keys()) if (!names.has(name)) tried.delete(name);
    await Promise.all(pending.flatMap((hold) => channels.map((channel) => send(hold, channel))));
  }

  const look = () => {
    const looked = lookNow().catch(() => desk.say("What waits for an approver can't be read now."));
    last = Promise.all([last, looked]);
    return last.then(() => {});
  };
  const unsubscribe = reader.onChange(() => void look());
  void look();
  return {
    look,
    stop() {
      unsubscribe();
      stopping.abort();
    },
  };
}

function nameOf({ approval_id }: HoldForApproval, { id }: ChannelConfig): string {
  return `${approval_id} ${id}`;
}

/** Sends one message; the words for what went wrong hold no secret, and a URL may be one. */
async function post(
  desk: ApprovalDesk,
  hold: HoldForApproval,
  channel: ChannelConfig,
  signal: AbortSignal,
): Promise<string | undefined> {
  const url = urlOf(desk, channel);
  if (url === undefined) return "its url is missing, or is neither https nor on this machine";
  const secret = desk.secret(channel.secret);
  if (!secret) return `the variable ${channel.secret} isn't set`;
  const body = Buffer.from(JSON.stringify(slackMessage(hold)));
  const headers = { "content-type": "application/json", ...signedHeaders(body, secret, desk.clock()) };
  try {
    const timely = AbortSignal.any([signal, AbortSignal.timeout(SEND_MS)]);
    const answer = await desk.fetch(url, {
      method: "POST",
      body,
      headers,
      redirect: "error",
      signal: timely,
    });
    await answer.body?.cancel();
    return answer.ok ? undefined : `it answered ${answer.status}`;
  } catch {
    return "it can't be reached";
  }
}

function urlOf(desk: ApprovalDesk, { url }: ChannelConfig): URL | undefined {
  const named = url?.startsWith("env:") ? desk.secret(url.slice("env:".length)) : url;
  if (named === undefined || !URL.canParse(named)) return undefined;
  const parsed = new URL(named);
  const isHere = parsed.protocol === "http:" && LOOPBACK.has(parsed.hostname);
  return parsed.protocol === "https:" || isHere ? parsed : undefined;
}

/** Names of this machine in URLs. */
export const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);
