import { type Command, Option } from "commander";
import type { ExitCode } from "./exit.js";
import type { Host } from "./host.js";
import { notePending } from "./pending.js";
import { type Flags, openRun, type Run } from "./run.js";

/** The program under construction: a place for commands, and what their actions run with. */
export type Program = {
  readonly command: Command;
  readonly host: Host;
  /** Told how a command ended. */
  readonly finish: (exit: ExitCode) => void;
};

/** What help teaches of a command: a line for the list, a paragraph, an example. */
type Teaching = {
  readonly summary: string;
  readonly text: string;
  readonly example: string;
};

export type Verb<Options> = Teaching & {
  /** `add <subject>`, as commander writes arguments. */
  readonly usage: string;
  /** Shows something and asks: takes `--yes`. */
  readonly asks?: true;
  /** Works by the policy in force: says when the home's files differ from it. */
  readonly inForce?: true;
  readonly options?: readonly Option[];
  readonly run: (run: Run, args: readonly string[], options: Options) => Promise<ExitCode | undefined>;
};

/**
 * Adds one command, and gives it for commands that stand under it. The action gets its arguments as words; absent
 * optional ones are missing at the end.
 */
export function addVerb<Options>(program: Program, verb: Verb<Options>): Command {
  const command = program.command.command(verb.usage);
  teach(command, verb);
  if (verb.asks) command.addOption(new Option("--yes", "accept what is shown, without asking"));
  for (const option of verb.options ?? []) command.addOption(option);
  command.action(async () => {
    const run = openRun(program.host, command.optsWithGlobals<Flags>());
    const exit = await verb.run(run, command.args, command.opts() as Options);
    if (verb.inForce) await notePending(run);
    program.finish(exit ?? 0);
  });
  return command;
}

/** Adds a word under which commands stand, and gives the place for them. */
export function addGroup(program: Program, name: string, teaching: Teaching): Program {
  const command = program.command.command(name).helpCommand(false);
  teach(command, teaching);
  return { ...program, command };
}

export function option(flags: string, description: string): Option {
  return new Option(flags, description);
}

/** An option that must be there. */
export function needed(flags: string, description: string): Option {
  return new Option(flags, `${description} (required)`).makeOptionMandatory();
}

function teach(command: Command, { summary, text, example }: Teaching): void {
  command.summary(summary).description(text);
  const lines = example.split("\n").map((line) => `  $ ${line}`);
  command.addHelpText("after", `\nExample:\n${lines.join("\n")}`);
}
