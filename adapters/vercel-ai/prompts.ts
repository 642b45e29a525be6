import type { HoldQuestion } from "../../src/protocol/outcome.js";
import { shownWhole } from "../../src/protocol/shown.js";
import type { Answer } from "./answer.js";

/*
 * Which hold a person was shown when the SDK asked about a tool call. The SDK makes its own id for a request and lets
 * nobody put the hold's into it, and a history is whatever the client sends: what ties an answer to one hold is kept
 * here, in the process that asked. An answer counts for that hold alone, once: a replayed one meets another hold. One
 * that reaches another process, or this one after a restart, counts for none, and the call waits.
 */

const MAX_REMEMBERED = 10_000;

const asked = new Set<string>();
const spent = new Set<string>();

/** Notes that the person is being asked about this hold because of this tool call. */
export function noteAsked(toolCallId: string, { approval_id }: HoldQuestion): void {
  remember(asked, keyOf(toolCallId, approval_id));
}

/**
 * Takes an answer for a hold, and says whether it is one to it: this process must have asked about the hold because of
 * that tool call. The request's reason proves nothing, since a client can write one; where it names a hold (ai 7), it
 * can only speak against the answer. Each answer is taken once.
 */
export function takeAnswer(answer: Answer, approval_id: string): boolean {
  const { toolCallId, requestId, shown } = answer;
  if (spent.has(requestId) || !asked.has(keyOf(toolCallId, approval_id))) return false;
  if ((holdNamedIn(shown) ?? approval_id) !== approval_id) return false;
  remember(spent, requestId);
  asked.delete(keyOf(toolCallId, approval_id));
  return true;
}

/** What the person is shown as the reason (ai 7). It names the hold, and {@link takeAnswer} reads it there. */
export function reasonOf({ title, tool, mode, needed, approval_id, expires_at }: HoldQuestion): string {
  const who =
    mode === "confirm"
      ? "needs your confirmation"
      : `also needs the approval of ${needed === 1 ? "an approver" : `${needed} approvers`} of this Hall`;
  const named = title === null ? tool : `${title}, ${tool}`;
  return `${shownWhole(JSON.stringify(named))} ${who} (${NAMED}${approval_id}, until ${expires_at}).`;
}

const NAMED = "approval ";
const HOLD = new RegExp(`\\(${NAMED}([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}), until [^()]*\\)\\.$`);

function holdNamedIn(shown: string | null): string | undefined {
  return shown === null ? undefined : HOLD.exec(shown)?.[1];
}

function keyOf(toolCallId: string, approval_id: string): string {
  return `${approval_id} ${toolCallId}`;
}

/** The oldest are forgotten first: then a person is asked once more. */
function remember(set: Set<string>, key: string): void {
  set.delete(key);
  set.add(key);
  if (set.size > MAX_REMEMBERED) for (const oldest of set) return void set.delete(oldest);
}
