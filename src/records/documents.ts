import { parseDefinition } from "../evidence/definition.js";
import type { Documents } from "../evidence/documents.js";
import { RecordError } from "../evidence/members.js";
import { type PolicyDocument, parsePolicy, policyDigest } from "../evidence/policy.js";
import { MAX_DOCUMENT_BYTES } from "../evidence/record.js";
import { sha256Hex } from "../protocol/canonical.js";
import { definitionDigest, type ForeignDefinition } from "../protocol/foreign.js";
import type { Database } from "./driver.js";
import { RecordsError } from "./error.js";
import { query } from "./sql.js";

/** Keeps a document under H(bytes), and returns that; one that is there already stays as it is. */
export function putDocument(db: Database, hall_id: string, bytes: Uint8Array): string {
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    throw new RecordsError(
      "REFUSED",
      `document: ${bytes.length} bytes, at most ${MAX_DOCUMENT_BYTES} are kept`,
    );
  }
  const digest = sha256Hex(bytes);
  db.run(add, { hall_id, digest, policy_digest: policyDigest(bytes), bytes });
  return digest;
}

/** A document's bytes, if they are there and are what their digest says. */
export function getDocument(db: Database, hall_id: string, digest: string): Uint8Array | undefined {
  const bytes = db.get(byDigest, { hall_id, digest })?.bytes;
  return bytes !== undefined && sha256Hex(bytes) === digest ? bytes : undefined;
}

/** The policy document of this name. Throws RecordError when it is missing, changed or isn't one. */
export function getPolicy(db: Database, hall_id: string, policy_digest: string): PolicyDocument {
  const bytes = db.get(byPolicyDigest, { hall_id, policy_digest })?.bytes;
  if (bytes === undefined || policyDigest(bytes) !== policy_digest) {
    throw new RecordError(`the policy document ${policy_digest} is missing or changed`);
  }
  return parsePolicy(bytes);
}

/** A Hall's documents as the verifier's checks look them up. */
export function documentsOf(db: Database, hall_id: string): Documents {
  return {
    has: (digest) => getDocument(db, hall_id, digest) !== undefined,
    definition: (digest) => parseDefinition(digest, getDocument(db, hall_id, digest)),
    policy: (policy_digest) => getPolicy(db, hall_id, policy_digest),
    damaged: [],
  };
}

/** Every document, for verify. */
export function allDocuments(db: Database, hall_id: string) {
  return db.all(all, { hall_id });
}

/** The foreign tool's definition of this definition_digest, among the documents kept. For people: it reads them all. */
export function findDefinition(
  db: Database,
  hall_id: string,
  definition_digest: string,
): ForeignDefinition | undefined {
  for (const { digest } of allDocuments(db, hall_id)) {
    const definition = definitionIn(digest, getDocument(db, hall_id, digest));
    if (definition !== undefined && definitionDigest(definition) === definition_digest) return definition;
  }
  return undefined;
}

function definitionIn(digest: string, bytes: Uint8Array | undefined): ForeignDefinition | undefined {
  try {
    return parseDefinition(digest, bytes);
  } catch {
    return undefined; // another kind of document
  }
}

type Named = { readonly hall_id: string; readonly digest: string };

const add = query<Named & { readonly policy_digest: string; readonly bytes: Uint8Array }>()((db, args) =>
  db
    .insertInto("documents")
    .values({
      hall_id: args.hall_id,
      digest: args.digest,
      policy_digest: args.policy_digest,
      bytes: args.bytes,
    })
    .onConflict((conflict) => conflict.columns(["hall_id", "digest"]).doNothing()),
);

const byDigest = query<Named>()((db, { hall_id, digest }) =>
  db.selectFrom("documents").select("bytes").where("hall_id", "=", hall_id).where("digest", "=", digest),
);

const byPolicyDigest = query<{ readonly hall_id: string; readonly policy_digest: string }>()(
  (db, { hall_id, policy_digest }) =>
    db
      .selectFrom("documents")
      .select("bytes")
      .where("hall_id", "=", hall_id)
      .where("policy_digest", "=", policy_digest),
);

const all = query<{ readonly hall_id: string }>()((db, { hall_id }) =>
  db
    .selectFrom("documents")
    .select(["digest", "policy_digest", "bytes"])
    .where("hall_id", "=", hall_id)
    .orderBy("digest"),
);
