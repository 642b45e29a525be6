import type { HoldAnswer, HoldQuestion } from "../protocol/outcome.js";
import { shownWhole } from "../protocol/shown.js";
import type { Extra } from "./extra.js";
import { type Form, readFilled } from "./form.js";
import type { Peer } from "./peer.js";

/** How a session's person can be reached about a held call. */
export type Reach = {
  /** The page where people answer this hold, or null where there is none. */
  readonly approvalUrl: (approval_id: string) => string | null;
  /** How long one call waits for them, in milliseconds. */
  readonly personMs: number;
  /** How often it looks whether they have answered on the page, in milliseconds. */
  readonly pollMs: number;
};

/** The questions of one call. */
export type Holding = {
  /** What the gate asks about a hold, and asks again after each "look_again" that found it open (InvokeOptions). */
  onHold(question: HoldQuestion): Promise<HoldAnswer>;
  /** The call has ended: a client that still shows the page's way is told that it has been answered, if it was. */
  end(isHeld: boolean): Promise<void>;
};

/** What can't be shown whole isn't asked: an approver then answers by another way. */
const MAX_MESSAGE = 12_000;

const FORM: Form = {
  type: "object",
  properties: {
    run: { type: "boolean", title: "Run this call", description: "Yes runs exactly this call, once." },
  },
  required: ["run"],
};

/**
 * Asks the person behind an MCP client about a held call. A confirmation is a form's yes; an approval is given on a
 * page, to which the client leads its person, and is seen by looking again. Whatever else happens (the client can do
 * neither, the text can't be shown whole, a time-out, an error) leaves the call held: APPROVAL_REQUIRED.
 */
export function askAboutHold(peer: Peer, extra: Extra, reach: Reach): Holding {
  let isAway = false;
  let opened: string | undefined;
  let waited = 0;

  async function onHold(question: HoldQuestion): Promise<HoldAnswer> {
    if (isAway) return lookAgain();
    const message = messageOf(question);
    if (message === undefined) return "later";
    const waiting = { extra, signal: extra.signal, ms: reach.personMs };
    if (question.mode === "confirm" && peer.can.form) {
      const { action, content } = await peer.form(message, FORM, waiting);
      if (action === "accept") return readFilled(FORM, content)?.["run"] === true ? "confirmed" : "declined";
      return action === "decline" ? "declined" : "later";
    }
    const url = peer.can.url ? reach.approvalUrl(question.approval_id) : null;
    if (url === null) return "later";
    const elicitationId = question.approval_id;
    const { action } = await peer.page({ message, elicitationId, url }, waiting);
    if (action !== "accept") return "later"; // who doesn't open the page hasn't refused the call
    isAway = true;
    opened = elicitationId;
    return "look_again";
  }

  async function lookAgain(): Promise<HoldAnswer> {
    if (extra.signal.aborted || waited >= reach.personMs) return "later";
    await pause(reach.pollMs, extra.signal);
    waited += reach.pollMs;
    return extra.signal.aborted ? "later" : "look_again";
  }

  return {
    onHold: (question) => onHold(question).catch(() => "later"),
    async end(isHeld) {
      if (opened === undefined || isHeld) return;
      const params = { elicitationId: opened };
      await peer.notify({ method: "notifications/elicitation/complete", params }, extra);
    },
  };
}

/** All that a person needs to decide, whole and escaped; undefined when it is more than a person can be shown. */
function messageOf({
  mode,
  needed,
  tool,
  title,
  skill_id,
  holds,
  arguments: args,
}: HoldQuestion): string | undefined {
  const who = mode === "confirm" ? "your confirmation" : needed === 1 ? "an approval" : `${needed} approvals`;
  const named =
    title === null ? "" : ` (${shownWhole(title)}${skill_id === null ? "" : `, ${shownWhole(skill_id)}`})`;
  const lines = [
    `This call needs ${who} before it runs.`,
    `Tool: ${shownWhole(tool)}${named}`,
    `Arguments: ${shownWhole(args)}`,
    ...holds.map(({ code, reason }) => `Held for: ${shownWhole(code)} ${shownWhole(reason)}`),
  ];
  const message = lines.join("\n");
  return message.length > MAX_MESSAGE ? undefined : message;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
