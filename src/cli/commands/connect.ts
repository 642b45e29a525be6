import { EXIT } from "../exit.js";
import { UsageError } from "../failure.js";
import { addVerb, option, type Program } from "../verb.js";

/** `hall connect claude | claude-desktop | cursor | vscode`. */
export function addConnect(program: Program): void {
  addVerb<{ undo?: true; user?: true }>(program, {
    usage: "connect <client>",
    summary: "write a client's configuration, so that it calls this home's tools",
    text: "For claude (Claude Code), claude-desktop, cursor and vscode: writes an entry into the client's own file, with absolute paths and no secret. That is the project's file (.mcp.json, .cursor/mcp.json, .vscode/mcp.json), or the user's with --user; Claude Desktop has only the latter. --undo takes the entry out again. Everything else in the file stays as it is; a file that can't be changed safely isn't, and what to paste is shown.",
    example: "hall connect claude\nhall connect cursor --user\nhall connect vscode --undo",
    asks: true,
    options: [
      option("--undo", "take the entry out again"),
      option("--user", "in the user's configuration instead of the project's"),
    ],
    async run({ workshop, out }, [client = ""], { undo, user }) {
      const { CLIENTS } = await import("../../lifecycle/clientConfig.js");
      const known = CLIENTS.find((name) => name === client);
      if (known === undefined)
        throw new UsageError(
          `There is no way yet to connect ${client}.`,
          `Known clients: ${CLIENTS.join(", ")}.`,
        );
      const { connectClient } = await import("../../lifecycle/connectClient.js");
      const done = await connectClient(workshop, {
        client: known,
        undo: undo === true,
        user: user === true,
      });
      out.result({ ok: true, ...done }, () => [
        done.written
          ? [{ style: "green", text: undo ? "Undone in " : "Written to " }, done.file]
          : `Nothing to change in ${done.file}`,
      ]);
      return EXIT.ok;
    },
  });
}
