import { EXIT } from "../exit.js";
import { UsageError } from "../failure.js";
import { addVerb, option, type Program } from "../verb.js";

/** `hall connect claude`. */
export function addConnect(program: Program): void {
  addVerb<{ undo?: true }>(program, {
    usage: "connect <client>",
    summary: "write a client's configuration, so that it calls this home's tools",
    text: "For claude (Claude Code): writes an entry into .mcp.json of the project, with absolute paths. --undo takes that entry out again and leaves everything else.",
    example: "hall connect claude\nhall connect claude --undo",
    asks: true,
    options: [option("--undo", "take the entry out again")],
    async run({ workshop, out }, [client = ""], { undo }) {
      if (client !== "claude")
        throw new UsageError(`There is no way yet to connect ${client}.`, "Known clients: claude.");
      const { connectClient } = await import("../../lifecycle/connectClient.js");
      const done = await connectClient(workshop, { client, undo: undo === true });
      out.result({ ok: true, ...done }, () => [
        done.written
          ? [{ style: "green", text: undo ? "Undone in " : "Written to " }, done.file]
          : `Nothing to change in ${done.file}`,
      ]);
      return EXIT.ok;
    },
  });
}
