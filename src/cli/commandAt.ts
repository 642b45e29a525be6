import type { Command } from "commander";

/** The command that words lead to, as far as they lead, with its path as it is typed and the words left over. */
export function commandAt(
  program: Command,
  words: readonly string[],
): { readonly command: Command; readonly path: string; readonly rest: readonly string[] } {
  let [command, path, rest] = [program, program.name(), words];
  for (;;) {
    const next = command.commands.find((candidate) => candidate.name() === rest[0]);
    if (next === undefined) return { command, path, rest };
    [command, path, rest] = [next, `${path} ${next.name()}`, rest.slice(1)];
  }
}
