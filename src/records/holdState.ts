import { type Answer, tally } from "../evidence/tally.js";
import type { Statements } from "./driver.js";
import { RecordsError } from "./error.js";
import type { HoldChange } from "./project.js";
import type { Projections } from "./schema.js";
import { query } from "./sql.js";

type Names = { readonly hall_id: string; readonly approval_id: string };

/** Moves holds on by a vote or by a new policy. */
export function changeHolds(db: Statements, change: HoldChange): void {
  if (change.op === "vote") vote(db, change.row);
  else db.run(supersede, { hall_id: change.hall_id, policy_digest: change.policy_digest, by: change.by });
}

/** What a hold has come to with one more answer, counted from the rows as `checkGrant` counts the records. */
function vote(db: Statements, approval: Projections["approvals"]): void {
  const { hall_id, approval_id, at, record_id } = approval;
  const hold = db.get(holdRow, { hall_id, approval_id });
  if (hold === undefined) throw new RecordsError("REFUSED", "approval_id names no hold");
  db.run(addApproval, approval);
  if (hold.state !== "pending" && hold.state !== "granted") return;
  const answers = db.all(answersOf, { hall_id, approval_id }).map(answerOf);
  const { grant } = tally(hold, answers, at);
  const names = { hall_id, approval_id };
  switch (grant.state) {
    case "refused":
      db.run(refuse, { ...names, by: record_id });
      break;
    case "granted":
      db.run(move, { ...names, state: "granted", granted_at: grant.granted_at, ends_at: grant.expires_at });
      break;
    case "pending": // an escalation takes a grant back
      db.run(move, { ...names, state: "pending", granted_at: null, ends_at: grant.expires_at });
      break;
    case "expired": // whoever reads the row sees it by its time
      break;
  }
}

type AnswerRow = Pick<Projections["approvals"], "approver" | "verdict" | "level" | "at">;

function answerOf({ approver, verdict, level, at }: AnswerRow): Answer {
  return { as: [approver], verdict, level, at };
}

const holdRow = query<Names>()((db, { hall_id, approval_id }) =>
  db
    .selectFrom("holds")
    .select(["state", "needed", "supervisor_level", "grant_seconds", "expires_at"])
    .where("hall_id", "=", hall_id)
    .where("approval_id", "=", approval_id),
);

const addApproval = query<Projections["approvals"]>()((db, row) =>
  db.insertInto("approvals").values({
    hall_id: row.hall_id,
    seq: row.seq,
    record_id: row.record_id,
    tenant_id: row.tenant_id,
    session_id: row.session_id,
    at: row.at,
    approval_id: row.approval_id,
    approver: row.approver,
    verdict: row.verdict,
    level: row.level,
  }),
);

const answersOf = query<Names>()((db, { hall_id, approval_id }) =>
  db
    .selectFrom("approvals")
    .select(["approver", "verdict", "level", "at"])
    .where("hall_id", "=", hall_id)
    .where("approval_id", "=", approval_id)
    .orderBy("seq"),
);

const refuse = query<Names & { readonly by: string }>()((db, { hall_id, approval_id, by }) =>
  db
    .updateTable("holds")
    .set({ state: "refused", closed_by: by })
    .where("hall_id", "=", hall_id)
    .where("approval_id", "=", approval_id),
);

type Move = Pick<Projections["holds"], "state" | "granted_at" | "ends_at">;

const move = query<Names & Move>()((db, { hall_id, approval_id, state, granted_at, ends_at }) =>
  db
    .updateTable("holds")
    .set({ state, granted_at, ends_at })
    .where("hall_id", "=", hall_id)
    .where("approval_id", "=", approval_id),
);

/** Another policy ends the holds of the one before: their holder names it, so no call meets them again. */
const supersede = query<{ readonly hall_id: string; readonly policy_digest: string; readonly by: string }>()(
  (db, { hall_id, policy_digest, by }) =>
    db
      .updateTable("holds")
      .set({ state: "superseded", closed_by: by })
      .where("hall_id", "=", hall_id)
      .where("state", "in", ["pending", "granted"])
      .where("policy_digest", "!=", policy_digest),
);
