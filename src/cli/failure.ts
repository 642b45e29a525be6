import { EXIT, type ExitCode } from "./exit.js";
import type { Line } from "./line.js";

/** One thing that is wrong: where as far as that is known, what, and what to do about it. */
export type FailureProblem = {
  readonly file?: string;
  readonly line?: number;
  readonly path?: string;
  readonly message: string;
  readonly remedy?: string;
};

/** A command that couldn't do its work, as it is shown and as `--json` prints it. */
export type Failure = {
  readonly exit: ExitCode;
  readonly code: string;
  readonly message: string;
  readonly problems: readonly FailureProblem[];
  readonly helps: string;
  /** Only of an error that nobody foresaw. */
  readonly stack?: string;
};

/** A command line that isn't understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly helps: string;
  constructor(message: string, helps: string) {
    super(message);
    this.helps = helps;
  }
}

/** Somebody said no, or nobody was there to say yes. */
export class Declined extends Error {
  override readonly name = "Declined";
  readonly code = "DECLINED";
  readonly helps = "Answer yes, or pass --yes.";
}

/** Installed packages that aren't what was certified: nothing is served with them. */
export class NotAttested extends Error {
  override readonly name = "NotAttested";
  readonly code = "NOT_ATTESTED";
  readonly helps = "Install it anew from where it was published (hall skill install), or uninstall it.";
  readonly problems: readonly FailureProblem[];
  constructor(
    packages: readonly { readonly skill_id: string; readonly version: string; readonly code: string }[],
  ) {
    super("An installed package isn't what was certified, so nothing is served.");
    this.problems = packages.map(({ skill_id, version, code }) => ({
      message: `${skill_id} ${version}: ${code}`,
    }));
  }
}

/** Ctrl-C, met at the next step of what is under way, so that it closes what it opened. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  constructor() {
    super("interrupted");
  }
}

/** What is said of an error. One without a code of its own is a fault of this program, and says where it happened. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Interrupted) {
    return { exit: EXIT.interrupted, code: "INTERRUPTED", message: "Interrupted.", problems: [], helps: "" };
  }
  if (error instanceof UsageError) {
    const { message, helps } = error;
    return { exit: EXIT.usage, code: "USAGE", message, problems: [], helps };
  }
  if (isCoded(error)) {
    const { code, helps = "", problems = [] } = error;
    const isListed = problems.some((problem) => typeof problem === "string"); // its message lists them too
    const message = isListed ? (error.message.split("\n")[0] ?? "") : error.message;
    return { exit: EXIT.fault, code, message, problems: problems.map(toProblem), helps };
  }
  return {
    exit: EXIT.fault,
    code: "INTERNAL",
    message: error instanceof Error ? error.message : String(error),
    problems: [],
    helps: "This is a fault of hall itself; please report it with the lines below.",
    ...(error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}),
  };
}

/** A failure as lines for people: what, each problem with its place and remedy, what helps. */
export function failureLines(failure: Omit<Failure, "exit">): readonly Line[] {
  const { code, message, problems, helps, stack = "" } = failure;
  const [first = "", ...rest] = message.split("\n");
  return [
    [{ style: "red", text: `${code}: ` }, first],
    ...rest,
    ...problemsLines(problems),
    ...(helps === "" ? [] : helps.split("\n")),
    ...(stack === "" ? [] : stack.split("\n")),
  ];
}

/** More than this nobody reads in one go; `--json` lists them all. */
const MAX_SHOWN = 20;

/** The first problems, and how many more there are. */
export function problemsLines(problems: readonly FailureProblem[], label = ""): readonly Line[] {
  const shown = problems.slice(0, MAX_SHOWN).flatMap((problem) => problemLines(problem, label));
  const left = problems.length - MAX_SHOWN;
  return left > 0 ? [...shown, `  and ${left} more; --json lists them all`] : shown;
}

/** `skill.yaml:12 tools.0.name: message. Remedy.` */
function problemLines(problem: FailureProblem, label: string): readonly Line[] {
  const { file, line, path, message, remedy } = problem;
  const place = [file, line].filter((part) => part !== undefined).join(":");
  const where = [place, path].filter(Boolean).join(" ");
  const whole: Line = [
    "  ",
    { style: "yellow", text: label },
    { style: "bold", text: where && `${where}: ` },
    message,
  ];
  return remedy ? [whole, ["    ", { style: "dim", text: remedy }]] : [whole];
}

type Coded = Error & {
  readonly code: string;
  readonly helps?: string;
  readonly problems?: readonly (FailureProblem | string)[];
};

function isCoded(error: unknown): error is Coded {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) return false;
  return !("syscall" in error) && !error.code.startsWith("ERR_"); // Node's own have no words for people
}

function toProblem(problem: FailureProblem | string): FailureProblem {
  return typeof problem === "string" ? { message: problem } : problem;
}
