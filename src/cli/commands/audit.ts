import type { Explained } from "../../lifecycle/explain.js";
import { EXIT } from "../exit.js";
import { UsageError } from "../failure.js";
import type { Line } from "../line.js";
import { saidLines } from "../said.js";
import { addGroup, addVerb, option, type Program } from "../verb.js";

type Query = { id?: string; tool?: string; code?: string; since?: string; limit?: string };

/** `hall audit query`, `tail` and `verify`: the record of what happened. */
export function addAudit(program: Program): void {
  const audit = addGroup(program, "audit", {
    summary: "read the record of what happened, and prove it whole",
    text: "Each decision, receipt and order is a record in an append-only ledger: a chain of hashes, signed at every commit.",
    example: "hall audit query --tool search_notes --since 1h\nhall audit verify",
  });
  addVerb<Query>(audit, {
    usage: "query",
    summary: "records that fit, oldest first",
    text: "All conditions must fit. --id finds a record by its id, and by the approval, decision or correlation id that it carries. Without --limit the last 100. With --json one record a line.",
    example: "hall audit query --code DENY_SKILL_REVOKED --since 2h\nhall audit query --id ID --json",
    inForce: true,
    options: [
      option("--id <id>", "a record, approval, decision or correlation id"),
      option(
        "--tool <name>",
        "calls of this tool, and their receipts; a server's also as clients see it: SERVER__TOOL",
      ),
      option("--code <code>", "denials and faults with this code"),
      option("--since <time>", "not before: a time (2026-11-20T10:00:00Z), or 30s, 15m, 2h, 7d ago"),
      option("--limit <n>", "at most so many"),
    ],
    async run({ workshop, out }, _args, query) {
      const { auditQuery } = await import("../../lifecycle/auditQuery.js");
      const { limit, ...rest } = query;
      const rows = await auditQuery(workshop, {
        ...rest,
        ...(limit === undefined ? {} : { limit: parseLimit(limit) }),
      });
      const { recordLine } = await import("../recordLine.js");
      for (const row of rows) out.row(row, () => recordLine(row));
      if (rows.length === 0) out.note("No record fits.");
      return EXIT.ok;
    },
  });
  addVerb(audit, {
    usage: "tail",
    summary: "records as they are written, until Ctrl-C",
    text: "Shows what any process of this home records, within a second. With --json one record a line.",
    example: "hall audit tail",
    async run({ workshop, out, signal }) {
      const { auditTail } = await import("../../lifecycle/auditTail.js");
      const { recordLine } = await import("../recordLine.js");
      await auditTail(workshop, { signal, onRow: (row) => out.row(row, () => recordLine(row)) });
      return EXIT.ok;
    },
  });
  addVerb(audit, {
    usage: "verify",
    summary: "check the whole ledger offline, and name the first bad record",
    text: "Checks every header, hash, signature, order, grant and receipt from the first record on, rebuilds what was derived from them, and compares the head with the witness outside the database. Exits 1 with the first bad record when anything is off.",
    example: "hall audit verify",
    async run({ workshop, out }) {
      const { auditVerify } = await import("../../lifecycle/auditVerify.js");
      out.progress("verifying the ledger");
      const report = await auditVerify(workshop);
      out.result(report, () => verdictLines(report));
      return report.ok ? EXIT.ok : EXIT.fault;
    },
  });
}

/** `hall explain CODE | RECORD`. */
export function addExplain(program: Program): void {
  addVerb(program, {
    usage: "explain <what>",
    summary: "a code or a record in words: what it means, and what would help",
    text: "WHAT is a code (DENY_SKILL_REVOKED, HANDLER_TIMEOUT) or the id of a record of this home; of a call that failed you also read what its handler said. Codes need no home.",
    example: "hall explain DENY_UNKNOWN_SKILL",
    async run({ workshop, out }, [what = ""]) {
      const { explain } = await import("../../lifecycle/explain.js");
      const explained = await explain(workshop, { what });
      out.result({ ok: true, ...explained }, () => explainedLines(explained));
      return EXIT.ok;
    },
  });
}

function explainedLines(explained: Explained): readonly Line[] {
  const { message, helps, retryable } = explained;
  const head: Line =
    explained.of === "code"
      ? [{ style: "bold", text: explained.code }, ` (${explained.kind})`]
      : [
          { style: "bold", text: explained.outcome },
          ` ${explained.code ?? ""} ${explained.tool ?? ""}`.trimEnd(),
        ];
  const record =
    explained.of === "code" ? [] : [`  ${explained.kind} of ${explained.at}, ${explained.record_id}`];
  const retry = retryable ? "The same call may succeed later." : "Repeating the same call won't help.";
  const isRefusal = explained.code !== null;
  return [
    head,
    ...record,
    `  ${message}`,
    ...(helps === null ? [] : [`  ${helps}`]),
    ...(isRefusal ? [`  ${retry}`] : []),
    ...saidBy(explained),
  ];
}

/** What the handler itself said of its failure. */
function saidBy(explained: Explained): readonly Line[] {
  if (explained.of === "code" || explained.detail === null) return [];
  return saidLines(explained.tool ?? "handler", explained.detail).map((line): Line => ["  ", ...line]);
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1_000_000) return limit;
  throw new UsageError(`--limit is ${JSON.stringify(text)}.`, "Give a whole number from 1 to 1000000.");
}

type Report = {
  readonly ok: boolean;
  readonly records: number;
  readonly first_bad?: { seq: number | null; reason: string };
};

function verdictLines({ ok, records, first_bad: bad }: Report): readonly Line[] {
  if (ok) return [[{ style: "green", text: "Whole: " }, `${records} records, all checked`]];
  const where = bad?.seq === null || bad === undefined ? "the ledger as a whole" : `record ${bad.seq}`;
  return [[{ style: "red", text: "NOT WHOLE: " }, `${where}: ${bad?.reason ?? "unknown"}`]];
}
