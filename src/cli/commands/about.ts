import { commandAt } from "../commandAt.js";
import { EXIT, exitCodes } from "../exit.js";
import { columns } from "../line.js";
import { addVerb, type Program } from "../verb.js";

/** `hall version` and `hall help`. */
export function addAbout(program: Program): void {
  addVerb(program, {
    usage: "version",
    summary: "the versions of hall, of the protocol, and of Node",
    text: "What a bug report should say. hall --version prints the first alone.",
    example: "hall version --json",
    async run({ out }) {
      const { versionInfo } = await import("../../lifecycle/versionInfo.js");
      const info = versionInfo();
      out.result({ ok: true, ...info }, () => columns(Object.entries(info)));
      return EXIT.ok;
    },
  });

  const { command, host } = program;
  addVerb(program, {
    usage: "help [command...]",
    summary: "what a command does, with an example",
    text: "hall help exit-codes lists what a command's exit says.",
    example: "hall help skill install",
    async run(_run, words) {
      if (words[0] === "exit-codes") {
        host.stdout.write(`${exitCodes()}\n`);
        return EXIT.ok;
      }
      const { command: named, rest } = commandAt(command, words);
      const isGroup = named.commands.length > 0;
      if (isGroup && rest.length > 0) await command.parseAsync([...words], { from: "user" }); // says what it doesn't know
      named.outputHelp();
      return EXIT.ok;
    },
  });
}
