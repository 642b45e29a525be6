import { Command, Option } from "commander";
import { VERSION } from "../protocol/version.js";
import { addAbout } from "./commands/about.js";
import { addApprovals } from "./commands/approvals.js";
import { addAudit, addExplain } from "./commands/audit.js";
import { addAuthority } from "./commands/authority.js";
import { addBan } from "./commands/ban.js";
import { addConnect } from "./commands/connect.js";
import { addHome } from "./commands/home.js";
import { addInstalled } from "./commands/installed.js";
import { addKey } from "./commands/key.js";
import { addMcp } from "./commands/mcp.js";
import { addSkill } from "./commands/skill.js";
import { addStanding } from "./commands/standing.js";
import { addTool } from "./commands/tool.js";
import { exitCodes } from "./exit.js";
import type { Host } from "./host.js";
import { addGroup, type Program } from "./verb.js";

/** Who is told how a command ended, and what commander has against the command line. */
export type Ending = Pick<Program, "finish"> & { readonly complain: (text: string) => void };

/** The whole command line; every group adds its own. Nothing is loaded here that a command needs to do its work. */
export function makeProgram(host: Host, { finish, complain }: Ending): Command {
  const command = new Command("hall");
  command
    .description("Governed tools for agents: each call is decided, attested and recorded first.")
    .version(VERSION, "-V, --version", "print the version")
    .addOption(new Option("--json", "print JSON on stdout, one document, errors too"))
    .addOption(new Option("--home <dir>", "the .hall directory, or the one that holds it"))
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => void host.stdout.write(text), writeErr: complain })
    .helpCommand(false)
    .exitOverride()
    .addHelpText("after", `\n${exitCodes()}`);
  const program: Program = { command, host, finish };
  addHome(program);
  const skill = addGroup(program, "skill", {
    summary: "make skills, and say which may run",
    text: "A skill is a manifest and handlers. It is built into one file, tested, certified, published, and installed where it shall run.",
    example: "hall skill init notes",
  });
  addSkill(skill);
  addInstalled(skill);
  addStanding(skill);
  addMcp(program);
  addTool(program);
  addConnect(program);
  addApprovals(program);
  addBan(program);
  addAuthority(program);
  addKey(program);
  addAudit(program);
  addExplain(program);
  addAbout(program);
  return command;
}
