import type { Bodies } from "../evidence/body.js";
import { parseVote } from "../evidence/request.js";
import { shownWhole } from "../protocol/shown.js";
import { payloadOf } from "../records/payload.js";

/** Who answered a hold, what they said and why, and how it reached the Hall, as the approval's record has it. */
export function approvalInWords(body: Bodies["approval"]): string {
  const { approval_id, vote, confirmed_via, declined_via, level, surface } = body;
  if (vote === null) {
    const [did, where] = declined_via === null ? ["confirmed", confirmed_via] : ["declined", declined_via];
    return shownWhole(
      `The program that asked ${did} the call of hold ${approval_id} itself, through ${where}.`,
    );
  }
  const { approver_id, verdict, via, reason } = parseVote(payloadOf(vote));
  const weight = level === null ? "" : ` (${level})`;
  const way = via === null ? "with their own key" : `through ${via}`;
  const place = surface === null ? "" : `, at ${surface}`;
  const why = reason === null ? "No reason was given." : `The reason: ${JSON.stringify(reason)}`;
  return shownWhole(`${approver_id}${weight} ${SAID[verdict]} ${approval_id} ${way}${place}. ${why}`);
}

const SAID = {
  approve: "approved the call of hold",
  deny: "denied the call of hold",
  escalate: "left to people above them the call of hold",
} as const;
