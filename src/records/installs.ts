import { parseBody } from "../evidence/body.js";
import type { Envelope } from "../evidence/dsse.js";
import { isObject, isText, RecordError } from "../evidence/members.js";
import { type JsonObject, parseCanonical } from "../protocol/canonical.js";
import type { PackageManifest } from "../protocol/package.js";
import { getDocument } from "./documents.js";
import type { Database } from "./driver.js";
import { query } from "./sql.js";

/** An installed skill: its record, and the skill.json that the record names. */
export type Install = {
  readonly skill_id: string;
  readonly version: string;
  readonly artifact_digest: string;
  readonly manifest_hash: string;
  /** The key that the certificate says it is signed with; who may sign is the policy's to say. */
  readonly signer: string;
  readonly certificate: Envelope;
  readonly awp: PackageManifest | null;
  readonly worker_id: string;
  /** skill.json, parsed. Its shape was checked when it was installed. */
  readonly skill: JsonObject;
  /** By `hall dev`, which replaces it on the next save. */
  readonly dev: boolean;
  readonly record_id: string;
  readonly at: string;
};

/** What is installed, in order of skill_id. Throws RecordError when a record or its skill.json is missing or changed. */
export function installsOf(db: Database, hall_id: string): readonly Install[] {
  return db.all(installed, { hall_id }).map((row) => {
    if (row.body === null) throw new RecordError(`install of ${row.skill_id}: its record has no body`);
    const { certificate, awp, dev } = parseBody("install", row.body);
    const bytes = getDocument(db, hall_id, row.manifest_hash);
    const skill = bytes === undefined ? undefined : parseCanonical(bytes);
    const worker = isObject(skill) ? skill["worker"] : undefined;
    const worker_id = isObject(worker) ? worker["id"] : undefined;
    if (!isText(worker_id))
      throw new RecordError(`install of ${row.skill_id}: its skill.json is missing or changed`);
    const { skill_id, version, artifact_digest, manifest_hash, signer, record_id, at } = row;
    return {
      skill_id,
      version,
      artifact_digest,
      manifest_hash,
      signer,
      certificate,
      awp,
      worker_id,
      skill: skill as JsonObject,
      dev,
      record_id,
      at,
    };
  });
}

const installed = query<{ readonly hall_id: string }>()((db, { hall_id }) =>
  db
    .selectFrom("installs")
    .innerJoin("ledger", (join) =>
      join.onRef("ledger.hall_id", "=", "installs.hall_id").onRef("ledger.seq", "=", "installs.seq"),
    )
    .select([
      "installs.skill_id",
      "installs.version",
      "installs.artifact_digest",
      "installs.manifest_hash",
      "installs.signer",
      "installs.record_id",
      "installs.at",
      "ledger.body",
    ])
    .where("installs.hall_id", "=", hall_id)
    .orderBy("installs.skill_id"),
);
