import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Signer } from "../../src/evidence/ed25519.js";
import type { PolicyDocument } from "../../src/evidence/policy.js";
import { principalOf } from "../../src/hall/open.js";
import type { Operator } from "../../src/hall/operator.js";
import type { Gate, LocalHall } from "../../src/hall/types.js";
import type { RecordRow } from "../../src/records/query.js";
import { NOTES } from "../hall/memoryHall.js";

/** The skills of every stage. */
export const SKILLS = [NOTES, fileURLToPath(new URL("../setup/unruly", import.meta.url))] as const;

/** Who calls on a stage. */
export type Person = "ann" | "bob" | "carl";

/** One Hall on which a surface plays the table: what people, operators and time do to it. */
export type Stage = {
  readonly hall: LocalHall;
  gate(person: Person): Gate;
  readonly operator: Operator;
  apply(document: PolicyDocument): Promise<void>;
  /** An approver signs for the hold that was opened last. */
  vote(verdict: "approve" | "deny"): Promise<void>;
  readonly clock: StageClock;
  /** Empties the notebook, so that no scenario sees what an earlier one wrote. */
  clearNotes(): void;
  /** Resolves once a handler of this tool has its call, of which {@link began} tells. */
  started(tool: string): Promise<void>;
  began(tool: string): void;
  /** What was recorded after a record's place. */
  recordsAfter(seq: number): readonly RecordRow[];
  /** The place of the last record. */
  place(): number;
  close(): Promise<void>;
};

export type StageClock = { set(ms: number): void; advance(ms: number): void };

/** The stage that a Hall is. */
export function stageOn(
  hall: LocalHall,
  parts: {
    readonly operatorKey: Signer;
    readonly clock: StageClock;
    readonly beginnings: Beginnings;
    /** Where skills keep their data. */
    readonly data: string;
    readonly close: () => Promise<void>;
  },
): Stage {
  const principal = principalOf("operator", parts.operatorKey);
  const operator = hall.operator(principal);
  return {
    hall,
    gate: (person) => hall.gate({ agent: person }),
    operator,
    apply: async (document) => void (await operator.apply(document, null)),
    async vote(verdict) {
      const approver = hall.approver(principal);
      const hold = approver.list().at(-1);
      if (hold === undefined) throw new Error("nothing waits for an answer");
      await approver.vote(hold.approval_id, verdict, "a scenario's answer");
    },
    clock: parts.clock,
    clearNotes: () => rmSync(parts.data, { recursive: true, force: true }),
    ...parts.beginnings,
    recordsAfter: (after) => hall.audit.query({ after, limit: 100_000 }),
    place: () => hall.audit.query({ limit: 1 })[0]?.seq ?? 0,
    close: parts.close,
  };
}

export type Beginnings = Pick<Stage, "started" | "began">;

/** Who waits for a handler's beginning, and who tells of it, in whatever order they come. */
export function openBeginnings(): Beginnings {
  const begun = new Set<string>();
  const waiting = new Map<string, () => void>();
  return {
    began(tool) {
      begun.add(tool);
      waiting.get(tool)?.();
    },
    async started(tool) {
      if (!begun.has(tool)) await new Promise<void>((resolve) => void waiting.set(tool, resolve));
      begun.delete(tool);
      waiting.delete(tool);
    },
  };
}
