import type { Bodies, Common } from "../../src/evidence/body.js";
import { signHead } from "../../src/evidence/commit.js";
import { commitment } from "../../src/evidence/commitment.js";
import type { StoredDocument } from "../../src/evidence/documents.js";
import { type Envelope, sealEnvelope } from "../../src/evidence/dsse.js";
import type { Signer } from "../../src/evidence/ed25519.js";
import type { StoredRecord } from "../../src/evidence/fold.js";
import { type Continues, makeGenesis } from "../../src/evidence/genesis.js";
import { policyDigest } from "../../src/evidence/policy.js";
import { FIRST_PREV, type Header, leafOf, makeHeader, type RecordKind } from "../../src/evidence/record.js";
import type { LedgerSource } from "../../src/evidence/verify.js";
import { canonicalBytes, sha256Hex } from "../../src/protocol/canonical.js";
import type { Head } from "../../src/protocol/outcome.js";
import { fill, LEDGER, OPERATOR } from "./formats.js";
import { at, CALL, DECISION_ID, decisionOf, FACTS, ROUTE_INPUT, RULES } from "./samples.js";

type Own<K extends RecordKind> = Omit<Bodies[K], keyof Common> & Partial<Common>;
type Placed = {
  readonly second?: number;
  readonly parent_id?: string | null;
  /** What a forger writes into the header. */
  readonly forged?: Partial<Pick<Header, "seq" | "prev" | "record_id" | "hall_id">>;
};

const ORDER_KINDS = new Set(["apply", "standing", "ban", "key", "clock", "erase", "install", "uninstall"]);

/** A ledger in memory, written with evidence's own functions, and willing to write what a Hall never would. */
export class MemoryLedger {
  readonly rows: StoredRecord[] = [];
  readonly documents: StoredDocument[] = [];
  readonly hall_id: string;
  lastOrder: string | null = null;
  policy_digest: string | null = null;
  epoch = 0;
  #second = 0;

  constructor(continues: Continues | null = null, forged_hall_id?: string) {
    const { body, hall_id } = makeGenesis({
      continues,
      ledger_key: LEDGER.key,
      nonce: fill(0x11),
      operator_keys: [OPERATOR.key],
    });
    this.hall_id = forged_hall_id ?? hall_id;
    this.write("genesis", body, {});
  }

  /** Appends a record; members of Common that aren't given are those of the sample call in the ledger's own state. */
  append<K extends Exclude<RecordKind, "genesis">>(kind: K, own: Own<K>, placed: Placed = {}): string {
    const { policy_digest, epoch: standing_epoch } = this;
    const bytes = canonicalBytes({ ...CALL, policy_digest, standing_epoch, ...own });
    const record_id = this.write(kind, bytes, placed);
    if (ORDER_KINDS.has(kind)) this.epoch = this.rows.length - 1;
    return record_id;
  }

  /** Appends exactly these bytes as a body. */
  write(
    kind: RecordKind | "later_kind",
    body: Uint8Array,
    { second, parent_id = null, forged }: Placed,
  ): string {
    const seq = this.rows.length;
    this.#second = second ?? this.#second + 1;
    const record_id = `019aa0b1-0000-7000-8000-${seq.toString(16).padStart(12, "0")}`;
    const salt = Buffer.from(sha256Hex(`salt ${seq}`), "hex");
    const header = makeHeader({
      hall_id: this.hall_id,
      seq,
      prev: this.head,
      record_id,
      at: at(this.#second),
      kind: kind as RecordKind,
      parent_id,
      body: commitment("body", body, salt),
      ...forged,
    });
    this.rows.push({ seq, leaf: leafOf(header), header, salt, body });
    return record_id;
  }

  order(kind: string, members: object, signer: Signer = OPERATOR): Envelope {
    const { hall_id, lastOrder: previous } = this;
    return sealEnvelope("order", { hall_id, kind, previous, issued_at: at(0), reason: null, ...members }, [
      signer,
    ]);
  }

  /** Puts an order into force: apply, standing or ban. */
  command(kind: "apply" | "standing" | "ban", members: object): string {
    const record_id = this.append(kind, { order: this.order(kind, members) });
    this.lastOrder = record_id;
    return record_id;
  }

  apply(
    config: object,
    { rules = RULES, profile = null }: { rules?: unknown; profile?: unknown } = {},
  ): string {
    const catalogue = this.keep(Buffer.from('{"catalogue":1}'));
    const bytes = canonicalBytes({ v: 1, config, rules, profile, tables: {}, catalogue });
    this.keep(bytes);
    const policy_digest = policyDigest(bytes);
    const record_id = this.command("apply", { policy_digest });
    this.policy_digest = policy_digest;
    return record_id;
  }

  keep(bytes: Uint8Array): string {
    const digest = sha256Hex(bytes);
    if (!this.documents.some((document) => document.digest === digest))
      this.documents.push({ digest, bytes });
    return digest;
  }

  decision(changes: Partial<Own<"decision">> = {}, placed: Placed = {}): string {
    const own: Own<"decision"> = {
      tool: "add_note",
      definition_digest: null,
      now: at(0),
      ids: { decision_id: DECISION_ID, approval_id: null },
      route_input: ROUTE_INPUT,
      facts: typeof changes.grant_id === "string" ? FACTS : {},
      decision: decisionOf(false),
      dry_run: false,
      grant_id: null,
      labels: null,
      conditions: null,
    };
    return this.append("decision", { ...own, ...changes }, placed);
  }

  receipt(parent_id: string): string {
    const own: Own<"receipt"> = {
      outcome: "done",
      fault: null,
      result: "cd".repeat(32),
      started_at: at(0),
      ended_at: at(1),
      containment: {
        network: "none",
        files: "enforced",
        processes: "enforced",
        memory: "enforced",
        signals: "none",
      },
      executed_by: "hall",
    };
    return this.append("receipt", own, { parent_id });
  }

  get head(): string {
    const last = this.rows.at(-1);
    return last === undefined ? FIRST_PREV : leafOf(last.header);
  }

  signed(size = this.rows.length): Head {
    const last = this.rows[size - 1];
    const head = last === undefined ? FIRST_PREV : leafOf(last.header);
    return signHead({ hall_id: this.hall_id, size, head }, LEDGER);
  }

  source(): LedgerSource {
    const second = JSON.parse(Buffer.from(this.rows.at(-1)?.header ?? "{}").toString()).at as string;
    return {
      hall_id: this.hall_id,
      rows: () => this.rows,
      heads: { ...this.signed(), at: second, epoch: this.epoch },
      documents: this.documents,
      witness: [1, Math.ceil(this.rows.length / 2), this.rows.length].map((size) => this.signed(size)),
    };
  }
}
