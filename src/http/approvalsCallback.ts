import { ApprovalError } from "../hall/approver.js";
import type { ChannelConfig } from "../protocol/config.js";
import type { ApprovalDesk } from "./approvalsDesk.js";
import { ACTIONS, isShownInSlack } from "./approvalsMessage.js";
import { isFromSlack, type SlackHeaders } from "./approvalsSignature.js";

/** What is answered to a callback: a status and a word that gives nothing away. */
export type CallbackAnswer = {
  readonly status: 200 | 400 | 401 | 403 | 404 | 409 | 503;
  readonly said: string;
};

/**
 * Takes a button's press from Slack, as it sends it. Who pressed is read from the body, once the channel's signature
 * over its raw bytes held, and from nowhere else; the policy in force says which approver that is. The vote is signed
 * with the channel's key. The same press sent twice is one vote.
 */
export async function takeCallback(
  desk: ApprovalDesk,
  channelId: string,
  body: Uint8Array,
  headers: SlackHeaders,
): Promise<CallbackAnswer> {
  const channel = desk.channels().find(({ id }) => id === channelId);
  const secret = channel === undefined ? undefined : desk.secret(channel.secret);
  if (!isFromSlack(body, headers, secret ?? "", desk.clock()) || channel === undefined) return UNSIGNED;
  const signer = desk.signerOf(channel);
  if (signer === undefined) return { status: 503, said: "this server doesn't have the channel's key" };
  const press = pressIn(body);
  if (press === undefined) return { status: 400, said: "not a press of one of this Hall's buttons" };
  const id = approverOf(channel, press);
  if (id === undefined) return { status: 403, said: "you aren't an approver here" };
  const via = `${channel.id}/${press.user}`;
  const approver = desk.approver({ ...signer, id, via, surface: channel.id, sign: (b) => signer.sign(b) });
  try {
    const hold = approver.show(press.approval_id);
    if (press.verdict === "approve" && hold.state === "pending" && !isShownInSlack(hold))
      return { status: 403, said: "this call can't be shown here whole, so it isn't approved here" };
    const { state } = await approver.vote(press.approval_id, press.verdict, null);
    return { status: 200, said: `recorded: ${press.verdict}; the call is ${state}` };
  } catch (error) {
    if (error instanceof ApprovalError) return REFUSALS[error.code];
    desk.say(`A callback of ${channel.id} couldn't be recorded.`);
    return { status: 503, said: "the answer couldn't be recorded; try again" };
  }
}

const UNSIGNED: CallbackAnswer = { status: 401, said: "not signed by a channel of this Hall" };

const REFUSALS: Readonly<Record<ApprovalError["code"], CallbackAnswer>> = {
  NOT_FOUND: { status: 404, said: "there is no such approval" },
  CLOSED: { status: 409, said: "it is closed already; nothing is left to decide" },
  NOT_AN_APPROVER: { status: 403, said: "this isn't yours to answer" },
  COMMITMENT: { status: 503, said: "the stored call isn't the one that was asked for" },
};

type Press = {
  readonly team: string;
  readonly user: string;
  readonly userTeam: string | undefined;
  readonly approval_id: string;
  readonly verdict: (typeof ACTIONS)[keyof typeof ACTIONS];
};

/** The one button that a verified body says was pressed, by whom, in which workspace. */
function pressIn(body: Uint8Array): Press | undefined {
  const payload = payloadIn(body);
  const [team, user] = [memberOf(payload, "team"), memberOf(payload, "user")];
  const actions = memberOf(payload, "actions");
  const [action, ...more] = Array.isArray(actions) ? actions : [];
  if (memberOf(payload, "type") !== "block_actions" || more.length > 0) return undefined;
  const [teamId, userId, userTeam] = [textIn(team, "id"), textIn(user, "id"), textIn(user, "team_id")];
  const [action_id, approval_id] = [textIn(action, "action_id"), textIn(action, "value")];
  const verdict = action_id !== undefined && isAction(action_id) ? ACTIONS[action_id] : undefined;
  if (teamId === undefined || userId === undefined || approval_id === undefined || verdict === undefined)
    return undefined;
  return { team: teamId, user: userId, userTeam, approval_id, verdict };
}

/** `payload=<JSON>`, once, in a form. */
function payloadIn(body: Uint8Array): unknown {
  try {
    const [payload, ...more] = new URLSearchParams(
      new TextDecoder("utf-8", { fatal: true }).decode(body),
    ).getAll("payload");
    return payload === undefined || more.length > 0 ? undefined : JSON.parse(payload);
  } catch {
    return undefined;
  }
}

/** Whom the policy says this user of this workspace is. */
function approverOf({ id, subjects }: ChannelConfig, { team, user, userTeam }: Press): string | undefined {
  const isOurs = id === `slack:${team}` && (userTeam === undefined || userTeam === team);
  return isOurs && Object.hasOwn(subjects, user) ? subjects[user] : undefined;
}

function isAction(id: string): id is keyof typeof ACTIONS {
  return Object.hasOwn(ACTIONS, id);
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function textIn(value: unknown, name: string): string | undefined {
  const text = memberOf(value, name);
  return typeof text === "string" && text !== "" ? text : undefined;
}
