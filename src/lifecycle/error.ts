import { accessSync, constants, existsSync } from "node:fs";
import { dirname, sep } from "node:path";
import { CertificateError } from "../attest/certificate.js";
import { KeyError } from "../attest/keys.js";
import { ManifestError } from "../attest/manifest.js";
import { PackageError } from "../attest/packageHash.js";
import { ArtifactError } from "../build/artifact.js";
import { BuildError } from "../build/problem.js";
import { CompileError } from "../compile/problem.js";
import { RecordError } from "../evidence/members.js";
import { ApprovalError } from "../hall/approver.js";
import { HomeError } from "../hall/home.js";
import { RecordsError } from "../records/error.js";

/** One thing that is wrong: where as far as that is known, what, and what to do about it. */
export type LifecycleProblem = {
  readonly file?: string;
  readonly line?: number;
  readonly path?: string;
  readonly message: string;
  readonly remedy: string;
};

export const LIFECYCLE_CODES = [
  "NO_HOME",
  "HOME_EXISTS",
  "BAD_FILE",
  "WRONG_STATE",
  "WRONG_ENV",
  "NOT_APPLIED",
  "DECLINED",
  "BAD_ARGUMENT",
  "NOT_FOUND",
  "EXISTS",
  "BUILD_FAILED",
  "NOT_REPRODUCIBLE",
  "EXAMPLES_FAILED",
  "NOT_CERTIFIED",
  "VERSION_EXISTS",
  "ARTIFACT_INVALID",
  "CERTIFICATE_INVALID",
  "CERTIFICATE_EXPIRED",
  "SIGNER_NOT_TRUSTED",
  "ATTESTATION_INVALID",
  "NOT_ACTIVE",
  "NAMESPACE_NOT_ALLOWED",
  "ENVIRONMENT_NOT_ALLOWED",
  "TOOL_TAKEN",
  "LOCK_MISMATCH",
  "KEY",
  "NOT_AN_APPROVER",
  "CLOSED",
  "LEDGER",
  "BUSY",
  "NEWER_VERSION",
  "READ_ONLY",
  "FULL",
  "FOREIGN_ENTRY",
  "UNREADABLE",
] as const;
export type LifecycleCode = (typeof LIFECYCLE_CODES)[number];

/** Why a verb couldn't do its work: what happened, what would help, and every problem when there are several. */
export class LifecycleError extends Error {
  override readonly name = "LifecycleError";
  readonly code: LifecycleCode;
  readonly helps: string;
  readonly problems: readonly LifecycleProblem[];

  constructor(
    code: LifecycleCode,
    message: string,
    helps: string,
    options: ErrorOptions & { readonly problems?: readonly LifecycleProblem[] } = {},
  ) {
    super(message, options);
    this.code = code;
    this.helps = helps;
    this.problems = options.problems ?? [];
  }

  /** As `--json` prints it. */
  toJSON(): { code: LifecycleCode; message: string; helps: string; problems: readonly LifecycleProblem[] } {
    const { code, message, helps, problems } = this;
    return { code, message, helps, problems };
  }
}

/** Runs a verb; what the rooms below throw comes out as LifecycleError. Anything unknown stays as it is: a bug. */
export async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toLifecycleError(error);
  }
}

/** A known failure in the words of whoever runs `hall`, whose home has its state there; an unknown one as it came. */
export function toLifecycleError(thrown: unknown, state?: string): unknown {
  const error = onReadOnlyDisk(thrown) ?? thrown;
  if (error instanceof LifecycleError) return error;
  const as = (code: LifecycleCode, helps: string, problems: readonly LifecycleProblem[] = []) =>
    new LifecycleError(code, (error as Error).message, helps, { problems, cause: error });
  if (error instanceof HomeError) {
    const message = error.message.replace(/ Run "hall init".*$/, ""); // the help says it
    return new LifecycleError(error.code, message, HOME_HELPS[error.code], { cause: error });
  }
  if (error instanceof BuildError) {
    const count = error.problems.length === 1 ? "1 problem" : `${error.problems.length} problems`;
    const options = { problems: error.problems, cause: error };
    return new LifecycleError(
      "BUILD_FAILED",
      `The skill can't be built: ${count}.`,
      "Correct them and build again.",
      options,
    );
  }
  if (error instanceof CompileError) {
    const problems = error.problems.map(({ path, ...rest }) => ({ path: path.join("."), ...rest }));
    return as("ARTIFACT_INVALID", "Whoever built this skill must build it again.", problems);
  }
  if (error instanceof ArtifactError) return as("ARTIFACT_INVALID", error.remedy);
  if (error instanceof PackageError) return as("ARTIFACT_INVALID", "Build the skill again.");
  if (error instanceof KeyError) return as("KEY", KEY_HELPS);
  if (error instanceof CertificateError || error instanceof ManifestError)
    return as("CERTIFICATE_INVALID", "Certify the skill again.");
  if (error instanceof ApprovalError)
    return as(APPROVAL_CODES[error.code], "Look at what waits: hall approvals list");
  if (error instanceof RecordsError && error.code === "READ_ONLY") return as("READ_ONLY", moveState(state));
  if (error instanceof RecordsError) return as(...(RECORDS_CODES[error.code] ?? LEDGER));
  if (error instanceof RecordError) return as(...LEDGER);
  if (!isFileError(error)) return error;
  const code = FILE_CODES[error.code];
  if (code === "READ_ONLY") return as(code, makeWritable(error.path, state));
  return as(...(code === undefined ? UNREADABLE : FULL));
}

/** Node's recursive mkdir says ENOENT where the disk is read-only: the error that it should have been, if so. */
function onReadOnlyDisk(error: unknown): NodeJS.ErrnoException | undefined {
  if (!isFileError(error) || error.code !== "ENOENT" || error.syscall !== "mkdir") return undefined;
  const { syscall, path = "/" } = error;
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  try {
    accessSync(there, constants.W_OK);
    return undefined;
  } catch (why) {
    if ((why as NodeJS.ErrnoException).code !== "EROFS") return undefined;
    const message = `EROFS: read-only file system, ${syscall} '${path}'`;
    return Object.assign(new Error(message, { cause: error }), { code: "EROFS", syscall, path });
  }
}

/** The place that can't be written, by its own name: not that of the file beside it which comes first. */
function makeWritable(path: string | undefined, state: string | undefined): string {
  if (path === undefined) return moveState(state);
  const place = path.replace(/(\.[0-9a-f-]{36})?(\.\d+)?\.part$/, "");
  const isState = state !== undefined && (isWithin(place, state) || isWithin(state, place));
  return isState
    ? moveState(place)
    : `Make ${place}, and the directory that it is in, writable for this user.`;
}

function moveState(place = "the home's state directory"): string {
  return `Make ${place} writable for this user, or set HALL_STATE to a place that is.`;
}

function isWithin(path: string, dir: string): boolean {
  return path === dir || path.startsWith(`${dir}${sep}`);
}

const HOME_HELPS = {
  NO_HOME: 'Run "hall init" in the project, or name its directory with --home.',
  BAD_FILE: "Correct the file and run the command again.",
  WRONG_STATE: "Give this home a state directory of its own.",
  WRONG_ENV: "Unset PYHALL_ENV, or apply the env that you mean.",
} as const;

const KEY_HELPS = "The keys of a home lie in keys/ of its state directory, readable by their owner alone.";

const APPROVAL_CODES = {
  NOT_FOUND: "NOT_FOUND",
  CLOSED: "CLOSED",
  NOT_AN_APPROVER: "NOT_AN_APPROVER",
  COMMITMENT: "LEDGER",
} as const;

type Said = readonly [code: LifecycleCode, helps: string];

const LEDGER: Said = ["LEDGER", "See what is wrong with the records: hall audit verify"];
const UNREADABLE: Said = ["UNREADABLE", "Check that the path exists and is of the right kind."];
const FULL: Said = ["FULL", "Free some space on this disk; nothing was lost."];

const RECORDS_CODES: Readonly<Record<string, Said>> = {
  BUSY: ["BUSY", "Another process is writing; try again."],
  NEWER_VERSION: [
    "NEWER_VERSION",
    "This home was used by a newer version of wcp-hall; install that version.",
  ],
  LOST: ["LEDGER", "Nothing was made in its place."], // what helps is in the message: verify would say the same
  WITNESS: ["LEDGER", "Make the witness a plain file that this user can read and write."],
  FULL,
};

const FILE_CODES: Readonly<Record<string, "READ_ONLY" | "FULL">> = {
  EACCES: "READ_ONLY",
  EPERM: "READ_ONLY",
  EROFS: "READ_ONLY",
  ENOSPC: "FULL",
  EDQUOT: "FULL",
};

function isFileError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string";
}
