import { type Bodies, type Common, expectBody } from "../evidence/body.js";
import { commitment } from "../evidence/commitment.js";
import { RecordError } from "../evidence/members.js";
import { MAX_BODY_BYTES, type RecordKind } from "../evidence/record.js";
import { CanonicalError, canonicalBytes } from "../protocol/canonical.js";
import { RecordsError } from "./error.js";

/** Members that say under what a record was written. */
type Context = Pick<Common, "policy_digest" | "standing_epoch">;

/** Kinds whose records are made here; a genesis is made by `begin`. */
export type DraftKind = Exclude<RecordKind, "genesis">;

/**
 * A record to be written. `policy_digest` and `standing_epoch` in the body insist: if either has moved when the
 * record is written, MOVED. Left out, they are filled in then.
 */
export type Draft<K extends DraftKind = DraftKind> = {
  readonly kind: K;
  readonly body: Omit<Bodies[K], keyof Context> & Partial<Context>;
  /** The decision of a receipt or abandoned, the hold of an approval. */
  readonly parent_id?: string | null;
  readonly record_id?: string;
  /** 32 bytes; random when left out. */
  readonly salt?: Uint8Array;
};

/** A draft whose body is bytes and committed to, so that this needn't be done under the lock. */
export type Prepared<K extends DraftKind = DraftKind> = {
  readonly draft: Draft<K>;
  readonly body: Bodies[K];
  readonly bytes: Uint8Array;
  readonly salt: Uint8Array;
  readonly commitment: string;
};

/** Makes a draft's bytes and commitment for the policy and epoch given. Throws RecordsError REFUSED for what has no bytes. */
export function prepareDraft<K extends DraftKind>(
  draft: Draft<K>,
  { policy_digest, standing_epoch }: Context,
  random: (bytes: number) => Uint8Array,
): Prepared<K> {
  const { kind } = draft;
  const [body, bytes] = refusing(kind, () => {
    const checked = expectBody(kind, { policy_digest, standing_epoch, ...draft.body });
    return [checked, canonicalBytes(checked)] as const;
  });
  if (bytes.length > MAX_BODY_BYTES) {
    throw new RecordsError(
      "REFUSED",
      `${kind} body: ${bytes.length} bytes, at most ${MAX_BODY_BYTES} are kept`,
    );
  }
  const salt = draft.salt ?? random(32);
  return { draft, body, bytes, salt, commitment: commitment("body", bytes, salt) };
}

/** What a draft insists on that isn't so. */
export function movedIn(draft: Draft, context: Context): keyof Context | undefined {
  const { policy_digest, standing_epoch } = draft.body;
  if (policy_digest !== undefined && policy_digest !== context.policy_digest) return "policy_digest";
  if (standing_epoch !== undefined && standing_epoch !== context.standing_epoch) return "standing_epoch";
  return undefined;
}

/** Whether prepared bytes still say what is so now. */
export function isCurrent(prepared: Prepared, context: Context): boolean {
  const { policy_digest, standing_epoch } = prepared.body as Common;
  return policy_digest === context.policy_digest && standing_epoch === context.standing_epoch;
}

/** What isn't a record of this kind is refused, and nothing else of the transaction with it. */
export function refusing<T>(kind: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CanonicalError || error instanceof RecordError)) throw error;
    throw new RecordsError("REFUSED", `${kind}: ${error.message}`, { cause: error });
  }
}
