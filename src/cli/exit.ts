/** What the command's exit says (hall.md, Surfaces). */
export const EXIT = {
  ok: 0,
  fault: 1,
  denied: 2,
  held: 3,
  usage: 64,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The same for people. */
const EXIT_CODES: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, "done, or allowed"],
  [EXIT.fault, "an error, a failed check, or a tool that was allowed and failed"],
  [EXIT.denied, "denied: the code and the record say why"],
  [EXIT.held, "held: an approver has to answer first"],
  [EXIT.usage, "the command line isn't understood"],
  [EXIT.interrupted, "interrupted by Ctrl-C"],
];

/** The exit codes as help shows them. */
export function exitCodes(): string {
  return `Exit codes:\n${EXIT_CODES.map(([code, text]) => `  ${String(code).padEnd(4)} ${text}`).join("\n")}`;
}
