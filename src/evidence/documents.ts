import { sha256Hex } from "../protocol/canonical.js";
import type { ForeignDefinition } from "../protocol/foreign.js";
import { parseDefinition } from "./definition.js";
import { RecordError } from "./members.js";
import { type PolicyDocument, parsePolicy, policyDigest } from "./policy.js";
import { MAX_DOCUMENT_BYTES } from "./record.js";

/** A document as it is kept: `digest` is H(bytes). */
export type StoredDocument = { readonly digest: string; readonly bytes: Uint8Array };

/** The documents of a ledger that are what their digests say, found by either of their names. */
export type Documents = {
  has(digest: string): boolean;
  /** The definition of a foreign tool that is kept under H(bytes). Throws RecordError when it is missing or isn't one. */
  definition(digest: string): ForeignDefinition;
  /** The policy document with this policy_digest. Throws RecordError when it is missing or isn't one. */
  policy(policy_digest: string): PolicyDocument;
  /** Digests whose bytes hash to something else. */
  readonly damaged: readonly string[];
};

export function indexDocuments(stored: Iterable<StoredDocument>): Documents {
  const whole = new Map<string, Uint8Array>();
  const policies = new Map<string, Uint8Array>();
  const damaged: string[] = [];
  for (const { digest, bytes } of stored) {
    if (bytes.length > MAX_DOCUMENT_BYTES || sha256Hex(bytes) !== digest) {
      damaged.push(digest);
      continue;
    }
    whole.set(digest, bytes);
    policies.set(policyDigest(bytes), bytes);
  }
  return {
    has: (digest) => whole.has(digest),
    definition: (digest) => parseDefinition(digest, whole.get(digest)),
    policy(policy_digest) {
      const bytes = policies.get(policy_digest);
      if (bytes === undefined)
        throw new RecordError(`the policy document ${policy_digest} is missing or changed`);
      return parsePolicy(bytes);
    },
    damaged,
  };
}
