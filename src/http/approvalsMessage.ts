import type { HoldForApproval } from "../hall/approver.js";
import type { Json } from "../protocol/canonical.js";
import { shownWhole } from "../protocol/shown.js";
import { factsOf } from "./approvalsFacts.js";

/** A message as Slack's Block Kit has it. */
export type SlackMessage = { readonly text: string; readonly blocks: readonly Json[] };

/** Slack takes 3,000 characters a text and 50 blocks a message; both are kept well below. */
const TEXT_LENGTH = 2_800;
const MAX_TEXTS = 30;

/** What the buttons of a message say, by the action's id. */
export const ACTIONS = { hall_approve: "approve", hall_deny: "deny", hall_escalate: "escalate" } as const;

/**
 * The message that asks about a held call: everything that a yes covers, in plain text blocks where no foreign
 * character formats, mentions or links anything, with buttons that carry the approval's id. A call too long to be
 * shown whole has none of it and no button for yes.
 */
export function slackMessage(hold: HoldForApproval): SlackMessage {
  const { approval_id, request } = hold;
  const text = escaped(`${request.agent} asks to run ${request.tool}: ${approval_id}`);
  const title = block("A call waits for an approver");
  const texts = wholeTexts(hold);
  if (texts === undefined) {
    const sorry = `It is too long to be shown here whole, so it can't be approved here: ${approval_id}`;
    return { text, blocks: [title, block(sorry), buttons(hold, ["hall_deny", "hall_escalate"])] };
  }
  const asked: readonly ActionId[] = ["hall_approve", "hall_deny", "hall_escalate"];
  return { text, blocks: [title, ...texts.map(block), buttons(hold, asked)] };
}

/** Whether a person who answers in Slack was shown the call whole. */
export function isShownInSlack(hold: HoldForApproval): boolean {
  return wholeTexts(hold) !== undefined;
}

type ActionId = keyof typeof ACTIONS;

/** The call in texts that Slack takes; undefined when there would be too many, or the arguments are gone. */
function wholeTexts(hold: HoldForApproval): readonly string[] | undefined {
  if (hold.arguments === null) return undefined;
  const facts = factsOf(hold).map(([name, value]) => `${name}: ${value}`);
  const whole = [facts.join("\n"), `arguments: ${shownWhole(hold.arguments)}`].map(escaped);
  const texts = whole.flatMap(pieces);
  return texts.length <= MAX_TEXTS ? texts : undefined;
}

/** Pieces of a text, none of which cuts an entity in two. */
function pieces(text: string): readonly string[] {
  return text.match(new RegExp(`(?:&(?:amp|lt|gt);|[^]){1,${Math.floor(TEXT_LENGTH / 5)}}`, "gu")) ?? [];
}

/** The three characters that Slack reads as its own. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function block(text: string): Json {
  return { type: "section", text: { type: "plain_text", text, emoji: false } };
}

function buttons({ approval_id }: HoldForApproval, actions: readonly ActionId[]): Json {
  return {
    type: "actions",
    elements: actions.map((action_id) => ({
      type: "button",
      action_id,
      value: approval_id,
      text: { type: "plain_text", text: LABELS[action_id], emoji: false },
      ...(action_id === "hall_deny" ? { style: "danger" } : {}),
    })),
  };
}

const LABELS: Readonly<Record<ActionId, string>> = {
  hall_approve: "Approve this one call",
  hall_deny: "Deny",
  hall_escalate: "Ask somebody above me",
};
