import { join } from "node:path";
import { type Check, exactly, isHash, isKey, isObject, isText } from "../evidence/members.js";
import { type Home, readHomeFile } from "../hall/home.js";
import { parseSkillId } from "../protocol/ids.js";
import { LifecycleError } from "./error.js";
import { jsonText, type Prepared, prepareWhole } from "./wholeFile.js";

/** What an installation is pinned to (hall.md, State). */
export type Locked = { readonly version: string; readonly artifact_digest: string; readonly signer: string };

/** `.hall/lock.json`: installed skills by id, to be committed. Installs by `hall dev` aren't in it. */
export type Lock = Readonly<Record<string, Locked>>;

/** The lock file of a new home. */
export const EMPTY_LOCK = { $schema: "urn:wcp-hall:lock:1", lock_version: 1, skills: {} } as const;

const isLocked: Check<Locked> = exactly<Locked>({ version: isText, artifact_digest: isHash, signer: isKey });

/** The skills that lock.json pins; none when there is no such file. Throws LifecycleError BAD_FILE. */
export function readLock(home: Home): Lock {
  return skillsOf(home, readHomeFile(home, "lock.json") ?? EMPTY_LOCK);
}

/** A lock.json that pins a skill, or with null forgets it, ready to take its place; everything else in the file stays. */
export function prepareLocked(home: Home, skill_id: string, locked: Locked | null): Prepared {
  const file = readHomeFile(home, "lock.json") ?? EMPTY_LOCK;
  const { [skill_id]: _, ...others } = skillsOf(home, file);
  const skills = Object.entries(locked === null ? others : { ...others, [skill_id]: locked });
  const sorted = Object.fromEntries(skills.sort(([a], [b]) => (a < b ? -1 : 1)));
  return prepareWhole(join(home.dir, "lock.json"), jsonText({ ...(file as object), skills: sorted }));
}

/**
 * Records a change of what is installed, and writes it into lock.json: beside it first, so that nothing is recorded
 * where it can't be written. Throws LifecycleError, which says what is so if the last step fails all the same.
 */
export async function recordLocked(
  home: Home,
  change: { readonly skill_id: string; readonly locked: Locked | null },
  record: () => Promise<string>,
): Promise<string> {
  const { skill_id, locked } = change;
  const lock = prepareLocked(home, skill_id, locked);
  let record_id = "";
  try {
    record_id = await record();
  } catch (error) {
    lock.drop();
    throw error;
  }
  try {
    lock.commit();
  } catch (cause) {
    const file = join(home.dir, "lock.json");
    throw new LifecycleError(
      "READ_ONLY",
      `${skill_id} ${locked === null ? "was uninstalled" : `${locked.version} is installed`} (record ${record_id}), but ${file} doesn't say so: ${(cause as Error).message}`,
      locked === null
        ? `Remove ${skill_id} from ${file}.`
        : `Make ${file} writable and run the same command again.`,
      { cause },
    );
  }
  return record_id;
}

function skillsOf(home: Home, file: unknown): Lock {
  const path = join(home.dir, "lock.json");
  const problems: string[] = [];
  if (!isObject(file)) problems.push("it isn't an object");
  else {
    const unknown = Object.keys(file).filter((name) => !Object.hasOwn(EMPTY_LOCK, name));
    problems.push(...unknown.map((name) => `${JSON.stringify(name)} is unknown`));
    if (file["lock_version"] !== 1) problems.push("lock_version isn't 1");
    if (!isObject(file["skills"])) problems.push("skills isn't an object");
    else problems.push(...Object.entries(file["skills"]).flatMap(([id, locked]) => problemOf(id, locked)));
  }
  if (problems.length === 0) return (file as { skills: Lock }).skills;
  throw new LifecycleError(
    "BAD_FILE",
    `${path} can't be used.`,
    "Restore it from version control, or remove it and install again.",
    {
      problems: problems.map((message) => ({ file: "lock.json", message, remedy: "Correct or remove it." })),
    },
  );
}

function problemOf(id: string, locked: unknown): readonly string[] {
  if (parseSkillId(id) === undefined) return [`skills: ${JSON.stringify(id)} isn't a skill id`];
  return isLocked(locked)
    ? []
    : [`skills[${JSON.stringify(id)}] isn't exactly {version, artifact_digest, signer}`];
}
