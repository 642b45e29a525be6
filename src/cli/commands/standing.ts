import type { StandingReport } from "../../lifecycle/standing.js";
import { EXIT } from "../exit.js";
import type { Line } from "../line.js";
import { ORDER_OPTIONS, type OrderWords, orderOf, typed } from "../order.js";
import { addVerb, needed, type Program } from "../verb.js";

/** `hall skill revoke`, `restore` and `degrade`: the kill switch, at once and for every process. */
export function addStanding(skill: Program): void {
  addVerb<OrderWords>(skill, {
    usage: "revoke <subject>",
    summary: "stop a skill, or one version of it, at once",
    text: "An order signed with the operator's key. Once it is recorded no call of the skill starts, in any process; what is running is aborted within a second, and connected clients see its tools go. Needs no apply.",
    example:
      "hall skill revoke org.acme/notes --reason 'leaks notes'\nhall skill revoke org.acme/notes@1.2.0 --reason 'leaks notes'",
    inForce: true,
    options: ORDER_OPTIONS,
    async run({ workshop, out }, [subject = ""], options) {
      const { revokeSkill } = await import("../../lifecycle/revokeSkill.js");
      const ordered = await revokeSkill(workshop, { subject, ...orderOf(options) });
      out.note(...warningLines(ordered, subject));
      out.result({ ok: true, ...ordered }, () => orderedLines(ordered));
      return EXIT.ok;
    },
  });

  addVerb<OrderWords>(skill, {
    usage: "restore <subject>",
    summary: "let a revoked or degraded skill run again",
    text: "Takes back what revoke and degrade did to this id, or to this version of it. A ban stays: see hall ban remove.",
    example: "hall skill restore org.acme/notes --reason 'fixed in the registry'",
    inForce: true,
    options: ORDER_OPTIONS,
    async run({ workshop, out }, [subject = ""], options) {
      const { restoreSkill } = await import("../../lifecycle/restoreSkill.js");
      const ordered = await restoreSkill(workshop, { subject, ...orderOf(options) });
      out.result({ ok: true, ...ordered }, () => orderedLines(ordered));
      return EXIT.ok;
    },
  });

  addVerb<OrderWords & { adapter: Adapter }>(skill, {
    usage: "degrade <id>",
    summary: "stop a skill for one kind of client",
    text: "Calls that come through this adapter are denied; other kinds of client go on. hall skill restore takes it back.",
    example: "hall skill degrade org.acme/notes --adapter langchain --reason 'wrong results there'",
    inForce: true,
    options: [needed("--adapter <adapter>", "the kind of client").choices(ADAPTERS), ...ORDER_OPTIONS],
    async run({ workshop, out }, [id = ""], { adapter, ...order }) {
      const { degradeSkill } = await import("../../lifecycle/degradeSkill.js");
      const ordered = await degradeSkill(workshop, { id, adapter, ...orderOf(order) });
      out.note(...warningLines(ordered, id));
      out.result({ ok: true, ...ordered }, () => orderedLines(ordered));
      return EXIT.ok;
    },
  });
}

const ADAPTERS = ["mcp", "langchain", "vercel-ai", "openai"] as const;
type Adapter = (typeof ADAPTERS)[number];

/** An order may come before the skill does, so it stands; but it stops nothing that has another name. */
function warningLines({ installed, meant }: StandingReport, subject: string): readonly Line[] {
  if (installed) return [];
  return [
    [
      { style: "yellow", text: "Nothing was stopped: " },
      `${subject} isn't installed here.${meant === null ? "" : ` Did you mean ${meant}?`}`,
    ],
    `The order stands all the same. To take it back: hall skill restore ${subject} --reason TEXT`,
  ];
}

function orderedLines({ subject, state, record_id, installed }: StandingReport): readonly Line[] {
  const stray = installed ? "" : ", of which nothing is installed here";
  return [
    [{ style: state === "active" ? "green" : "red", text: state }, ` ${typed(subject)}${stray}`],
    [{ style: "dim", text: `  record    ${record_id}` }],
  ];
}
