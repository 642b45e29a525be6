import { html, raw } from "hono/html";
import type { HoldForApproval } from "../hall/approver.js";
import { sha256Hex } from "../protocol/canonical.js";
import { shownWhole } from "../protocol/shown.js";
import { factsOf } from "./approvalsFacts.js";

/** A piece of HTML in which every value is escaped. */
export type Html = ReturnType<typeof html>;

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; }
dt { opacity: 0.65; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { padding: 0.8rem; border: 1px solid; white-space: pre-wrap; overflow-wrap: anywhere; }
button, input { font: inherit; padding: 0.4rem 0.8rem; margin: 0.2rem 0.4rem 0.2rem 0; }
`;

/** The Content-Security-Policy of every page: its own style, its own forms, no script, nothing else, in no frame. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${Buffer.from(sha256Hex(STYLE), "hex").toString("base64")}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/**
 * A held call, whole, with every character that can't be seen spelled out, and the form for its answer. `approver` is
 * as whom this server answers; null when it has nobody's key. `problem` is what was wrong with an answer just given.
 */
export function holdPage(
  hold: HoldForApproval,
  approver: string | null,
  problem: string | null = null,
): Html {
  return page(
    `Approval of ${hold.request.tool}`,
    html`<h1>${stateSentence(hold)}</h1>
      <dl>${factsOf(hold).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
      <h2>Arguments</h2>
      <pre>${hold.arguments === null ? "gone: the hold is closed" : shownWhole(hold.arguments)}</pre>
      ${hold.answers.length === 0 ? "" : html`<h2>Answers</h2><ul>${hold.answers.map(answerLine)}</ul>`}
      ${problem === null ? "" : html`<p><strong>${problem}</strong></p>`}
      ${isOpen(hold) ? answerForm(hold, approver) : ""}`,
  );
}

/** A page of one sentence. */
export function sentencePage(sentence: string): Html {
  return page(sentence, html`<h1>${sentence}</h1>`);
}

function page(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${shownWhole(title)}</title><style>${raw(STYLE)}</style></head><body>${body}</body></html>`;
}

function stateSentence({ state, request, yes }: HoldForApproval): string {
  switch (state) {
    case "pending":
      return `A call waits for an answer (${yes} of ${request.needed})`;
    case "granted":
      return "Approved; the call may run once";
    case "refused":
      return "Refused; the call doesn't run";
    case "used":
      return "Approved, and the call was made";
    case "expired":
      return "Too late; it has expired";
    case "superseded":
      return "Ended: the policy changed since the call was held";
  }
}

function answerLine({
  approver_id,
  via,
  verdict,
  reason,
  level,
  at,
}: HoldForApproval["answers"][number]): Html {
  const through = via === null ? "" : ` through ${via}`;
  return html`<li>${shownWhole(`${verdict} by ${approver_id} (${level})${through}, ${at}${reason === null ? "" : `: ${reason}`}`)}</li>`;
}

function answerForm({ approval_id, state }: HoldForApproval, approver: string | null): Html {
  if (approver === null) return html`<p>It can't be answered here: this server has no approver's key.</p>`;
  const verdicts = state === "granted" ? ["deny", "escalate"] : ["approve", "deny", "escalate"];
  return html`<form method="post" action="/approvals/${approval_id}">
    <p>You answer as ${shownWhole(approver)}, for exactly this call.</p>
    <p><input name="reason" maxlength="500" placeholder="why, for the record" autocomplete="off"></p>
    <p>Your answer takes the one-time token that the terminal of "hall approvals serve" shows.
      <input name="token" type="password" required autocomplete="one-time-code"></p>
    ${verdicts.map((verdict) => html`<button name="verdict" value="${verdict}">${LABELS[verdict] ?? verdict}</button>`)}
  </form>`;
}

const LABELS: Readonly<Record<string, string>> = {
  approve: "Approve this one call",
  deny: "Deny",
  escalate: "Ask somebody above me",
};

function isOpen({ state }: HoldForApproval): boolean {
  return state === "pending" || state === "granted";
}
