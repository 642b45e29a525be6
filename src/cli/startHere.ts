import { VERSION } from "../protocol/version.js";

/** What `hall` alone says. */
export const START_HERE = `hall ${VERSION}: governed tools for agents. Each call is decided, attested and recorded first.

Start here:
  hall init                 make a home (.hall/) for this project and put its policy in force
  hall skill init notes     scaffold a skill: a manifest and a handler
  hall dev notes            build, certify and install it, and again on every save
  hall connect claude       let Claude Code call it, through the gate

Then:
  hall skill run TOOL --input '{}'    one governed call from this terminal
  hall approvals list                 the calls that wait for a person
  hall audit query                    what was decided, and what ran
  hall audit verify                   whether the record is whole

hall --help lists every command; hall help COMMAND teaches one.
`;
