import { CommanderError } from "commander";
import { commandAt } from "./commandAt.js";
import { EXIT, type ExitCode } from "./exit.js";
import { type Failure, failureLines, Interrupted, toFailure, UsageError } from "./failure.js";
import type { Host } from "./host.js";
import { openOutput } from "./output.js";
import { makeProgram } from "./program.js";
import { START_HERE } from "./startHere.js";

/** Runs one command line and gives its exit code. Never throws: what goes wrong is said, and is the code. */
export async function main(argv: readonly string[], host: Host): Promise<ExitCode> {
  if (argv.length === 0) {
    host.stdout.write(START_HERE);
    return EXIT.ok;
  }
  let exit: ExitCode = EXIT.ok;
  const said: string[] = [];
  const program = makeProgram(host, {
    finish: (code) => {
      exit = code;
    },
    complain: (text) => void said.push(text),
  });
  let path = program.name();
  try {
    const { operands } = program.parseOptions([...argv]);
    const named = commandAt(program, operands);
    path = operands[0] === "help" ? commandAt(program, operands.slice(1)).path : named.path;
    const isUnknown = named.command.commands.length > 0 && named.rest.length > 0;
    await program.parseAsync(isUnknown ? [...operands] : [...argv], { from: "user" }); // help of what isn't there is no help
    return host.signal.aborted ? EXIT.interrupted : exit;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok; // --help, --version
    const known = error instanceof CommanderError ? misuse(error, said.join(""), path) : error;
    const json = argv.includes("--json") && path !== "hall mcp"; // whose stdout is JSON-RPC's alone
    return report(toFailure(host.signal.aborted ? new Interrupted() : known), json, host);
  }
}

/** What commander found wrong with the command line, in this program's words. */
function misuse({ code, message }: CommanderError, said: string, path: string): UsageError {
  const helps = `See how it goes: ${path} --help`;
  if (code === "commander.help") return new UsageError(`${path} needs a command after it.`, said);
  const [what = "", ...suggestion] = message.replace(/^error: /, "").split("\n");
  return new UsageError(
    `${what.charAt(0).toUpperCase()}${what.slice(1).replace(/\.$/, "")}.`,
    [...suggestion.map(nearest), helps].join("\n"),
  );
}

/** `(Did you mean build?)` without its brackets. */
function nearest(suggestion: string): string {
  return suggestion.replace(/^\((.*)\)$/, "$1");
}

function report(failure: Failure, json: boolean, host: Host): ExitCode {
  const out = openOutput({ ...host, json });
  const { exit, stack, ...error } = failure;
  if (json) out.result({ ok: false, error }, () => []);
  else if (exit !== EXIT.interrupted) out.note(...failureLines(failure)); // who pressed Ctrl-C knows
  if (json && stack !== undefined) out.ask(...stack.split("\n"));
  return exit;
}
