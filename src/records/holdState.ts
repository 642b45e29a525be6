import { timestamp } from "../protocol/clock.js";
import type { Statements } from "./driver.js";
import { RecordsError } from "./error.js";
import type { HoldChange } from "./project.js";
import type { Projections } from "./schema.js";
import { query } from "./sql.js";

type Names = { readonly hall_id: string; readonly approval_id: string };

/** Moves holds on by a vote or by a new policy; `checkGrant` reads the same records in the same way. */
export function changeHolds(db: Statements, change: HoldChange): void {
  if (change.op === "vote") vote(db, change.row);
  else db.run(supersede, { hall_id: change.hall_id, policy_digest: change.policy_digest, by: change.by });
}

function vote(db: Statements, approval: Projections["approvals"]): void {
  const { hall_id, approval_id, at, record_id } = approval;
  const hold = db.get(holdRow, { hall_id, approval_id });
  if (hold === undefined) throw new RecordsError("REFUSED", "approval_id names no hold");
  db.run(addApproval, approval);
  if (hold.state !== "pending" && hold.state !== "granted") return;
  if (approval.verdict === "deny") {
    db.run(refuse, { hall_id, approval_id, by: record_id });
    return;
  }
  if (hold.state !== "pending" || at >= hold.expires_at) return;
  const yes = db.get(countApprovers, { hall_id, approval_id, before: hold.expires_at })?.approvers ?? 0;
  if (yes < hold.needed) return;
  const ends_at = timestamp(Date.parse(at) + hold.grant_seconds * 1000);
  db.run(grant, { hall_id, approval_id, granted_at: at, ends_at });
}

const holdRow = query<Names>()((db, { hall_id, approval_id }) =>
  db
    .selectFrom("holds")
    .select(["state", "needed", "grant_seconds", "expires_at"])
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
  }),
);

/** Different approvers who said yes in time; a second yes of one of them counts nothing. */
const countApprovers = query<Names & { readonly before: string }>()((db, { hall_id, approval_id, before }) =>
  db
    .selectFrom("approvals")
    .select((fn) => fn.fn.count<number>("approver").distinct().as("approvers"))
    .where("hall_id", "=", hall_id)
    .where("approval_id", "=", approval_id)
    .where("verdict", "=", "approve")
    .where("at", "<", before),
);

const refuse = query<Names & { readonly by: string }>()((db, { hall_id, approval_id, by }) =>
  db
    .updateTable("holds")
    .set({ state: "refused", closed_by: by })
    .where("hall_id", "=", hall_id)
    .where("approval_id", "=", approval_id),
);

const grant = query<Names & { readonly granted_at: string; readonly ends_at: string }>()((db, args) =>
  db
    .updateTable("holds")
    .set({ state: "granted", granted_at: args.granted_at, ends_at: args.ends_at })
    .where("hall_id", "=", args.hall_id)
    .where("approval_id", "=", args.approval_id),
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
