import type { HoldForApproval } from "../../hall/approver.js";
import type { GrantedCall } from "../../lifecycle/showApproval.js";
import { shownWhole } from "../../protocol/shown.js";
import { EXIT } from "../exit.js";
import { Declined } from "../failure.js";
import { columns, type Line, type Style } from "../line.js";
import { addGroup, addVerb, option, type Program } from "../verb.js";
import { addServe } from "./approvalsServe.js";

/** `hall approvals list`, `show`, `approve` and `deny`. */
export function addApprovals(program: Program): void {
  const approvals = addGroup(program, "approvals", {
    summary: "look at the calls that wait for a person, and answer them",
    text: "A risky call is held until an approver has answered it. What is approved is that very call: skill, tool, arguments, caller and policy. The same call then runs once.",
    example: "hall approvals list\nhall approvals show ID\nhall approvals approve ID --reason 'as agreed'",
  });
  addVerb(approvals, {
    usage: "list",
    summary: "the held calls, oldest first",
    text: "One line a hold: id, state, tool, who asks, until when it can be answered.",
    example: "hall approvals list",
    inForce: true,
    async run({ workshop, out }) {
      const { listApprovals } = await import("../../lifecycle/listApprovals.js");
      const holds = await listApprovals(workshop);
      out.result({ ok: true, approvals: holds }, () =>
        columns(
          holds.map(({ approval_id, state, request }) => [
            approval_id,
            { style: STATES[state] ?? "dim", text: state },
            shownWhole(request.tool),
            shownWhole(request.agent),
            request.expires_at,
          ]),
        ),
      );
      if (holds.length === 0) out.note("Nothing waits for an approver.");
      return EXIT.ok;
    },
  });
  addVerb(approvals, {
    usage: "show <id>",
    summary: "everything that an approval of this call would cover",
    text: "Shows the arguments whole, with what can't be seen spelled out, after checking that they are those the call committed to.",
    example: "hall approvals show 3f1c…",
    inForce: true,
    async run({ workshop, out }, [id = ""]) {
      const { showApproval } = await import("../../lifecycle/showApproval.js");
      const hold = await showApproval(workshop, { id });
      out.result({ ok: true, ...hold }, () => holdLines(hold));
      return EXIT.ok;
    },
  });
  addAnswer(approvals, "approve", {
    summary: "say yes to this one call",
    text: "Shows the call whole and asks, then signs and records a vote. In env dev the operator's key beside the Hall's is an approver; elsewhere an approver of config.json brings theirs with --key.",
    example: "hall approvals approve 3f1c… --reason 'as agreed'",
  });
  addAnswer(approvals, "deny", {
    summary: "say no to it",
    text: "Shows the call whole and asks, then signs and records a vote against it; one is enough. It can also take back an approval that wasn't used yet.",
    example: "hall approvals deny 3f1c… --reason 'not today'",
  });
  addAnswer(approvals, "escalate", {
    summary: "leave it to people above you",
    text: "Shows the call whole and asks, then signs and records that people of the next level up shall answer: executor above gatekeeper, incident_commander above executor. It takes back an approval by people below that.",
    example: "hall approvals escalate 3f1c… --reason 'not mine to decide'",
  });
  addServe(approvals);
}

function addAnswer(
  approvals: Program,
  verdict: "approve" | "deny" | "escalate",
  teaching: { readonly summary: string; readonly text: string; readonly example: string },
): void {
  addVerb<{ reason?: string; key?: string }>(approvals, {
    ...teaching,
    usage: `${verdict} <id>`,
    asks: true,
    inForce: true,
    options: [
      option("--reason <text>", "why, for the record"),
      option("--key <file>", "the approver's private key (PEM); default: the operator's of this home"),
    ],
    async run({ flags, workshop, out }, [id = ""], { reason, key }) {
      const { answerApproval, checkAnswer } = await import("../../lifecycle/answerApproval.js");
      const signing = key === undefined ? {} : { keyFile: key };
      const shown = holdLines(await checkAnswer(workshop, { id, verdict, ...signing }));
      if (flags.yes === true) out.note(...shown);
      else out.ask(...shown); // with --json too: nobody is asked about what they can't see
      if (!(await workshop.accept(`Sign: ${verdict} this call?`, [])))
        throw new Declined("Nothing was signed.");
      const hold = await answerApproval(workshop, {
        id,
        verdict,
        ...(reason === undefined ? {} : { reason }),
        ...signing,
      });
      out.result({ ok: true, ...hold }, () => [stateLine(hold)]);
      if (hold.state === "granted") out.note("The same call now runs once, within ten minutes.");
      if (verdict === "escalate" && hold.state === "pending")
        out.note(`It now needs an answer of level ${hold.level}.`);
      if (hold.state === "refused")
        out.note("Refused: the call never ran, and asking again is denied (DENY_APPROVAL_REFUSED).");
      return EXIT.ok;
    },
  });
}

const STATES: Readonly<Record<string, Style>> = { pending: "yellow", granted: "green", refused: "red" };

function stateLine({ approval_id, state, request }: HoldForApproval): Line {
  return [
    { style: STATES[state] ?? "dim", text: state },
    ` ${approval_id} (${shownWhole(request.tool)}, asked by ${shownWhole(request.agent)})`,
  ];
}

function holdLines(hold: HoldForApproval & Partial<GrantedCall>): readonly Line[] {
  const { request } = hold;
  const facts: readonly (readonly [string, string])[] = [
    ["skill", `${request.title ?? ""} ${request.skill_id ?? ""} ${request.version ?? ""}`.trim()],
    ["tool", request.tool],
    request.artifact_digest === null
      ? ["definition", `sha256:${request.definition_digest ?? ""}`]
      : ["artifact", `sha256:${request.artifact_digest}`],
    ["caller", `${request.agent}, tenant ${request.tenant_id}, env ${request.env}`],
    ["data", `${request.data_label}, risk ${request.tenant_risk}, ${request.qos_class}`],
    ["because", request.holds.map(({ code, reason }) => `${code} (${reason})`).join(", ")],
    ["needs", needOf(hold)],
    ["rule", `${request.rule_id}, policy ${request.policy_digest}`],
    ["opened", request.opened_at],
    hold.state === "superseded" ? ["ended", "the policy changed"] : ["until", request.expires_at],
    ["committed", request.arguments],
    ["arguments", hold.arguments ?? "(gone: the hold is closed)"],
    ...hold.answers.map((answer): readonly [string, string] => [answer.verdict, saidBy(answer)]),
    ...named("decision", hold.decision_record_id),
    ...named("receipt", hold.receipt_record_id),
  ];
  return [
    stateLine(hold),
    ...columns(facts.map(([name, value]) => [{ style: "dim", text: `  ${name}` }, shownWhole(value)])),
  ];
}

function named(name: string, record_id: string | null = null): readonly (readonly [string, string])[] {
  return record_id === null ? [] : [[name, record_id]];
}

function needOf({ request, level, yes }: HoldForApproval): string {
  if (request.mode === "confirm") return "a confirmation";
  return `${request.needed} of the approvers, level ${level} or above; ${yes} so far`;
}

function saidBy({ approver_id, via, level, at, reason }: HoldForApproval["answers"][number]): string {
  const through = via === null ? "" : ` through ${via}`;
  return `${approver_id} (${level})${through}, ${at}${reason === null ? "" : `: ${reason}`}`;
}
