import type { Env } from "../protocol/request.js";
import type { WorkerRecord } from "../protocol/worker.js";

/** What a call is about, whoever holds its code: a tool of an installed skill, a foreign one, or the Hall's own. */
export type GovernedTool = {
  readonly name: string;
  /** What a person is shown. */
  readonly title: string;
  readonly capability_id: string;
  /** Who answers for it: a skill's id, or the namespace of the home and the origin of a foreign tool. */
  readonly skill_id: string;
  readonly version: string | null;
  readonly namespace: string;
  readonly allowed_environments: readonly Env[];
  readonly worker: WorkerRecord;
  /** Of an installed skill; null where the host holds the code. */
  readonly artifact_digest: string | null;
  /** Of a foreign tool, as the caller presents it; else null. */
  readonly definition_digest: string | null;
};
