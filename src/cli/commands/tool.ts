import type { HostTool } from "../../lifecycle/hostTools.js";
import { EXIT } from "../exit.js";
import { Declined } from "../failure.js";
import { columns, type Line } from "../line.js";
import { addGroup, addVerb, option, type Program } from "../verb.js";

/** `hall tool`: foreign tools that programs here hold and call through `guard`. Servers have `hall mcp`. */
export function addTool(program: Program): void {
  const tool = addGroup(program, "tool", {
    summary: "the functions and framework tools that programs here govern",
    text: "A program that wraps a function or another maker's tool brings its code itself; the Hall pins the definition. In env dev the first one that is used is accepted, elsewhere only what tools.json says. Tools of MCP servers are under hall mcp.",
    example: "hall tool list",
  });
  addVerb(tool, {
    usage: "list",
    summary: "which definitions are accepted, and what was refused since",
    text: "Shows each foreign tool that was called here, and the rule that names its worker; where there is none, callers hear that there is no such tool. A definition is accepted in tools.json, accepted by its first use, or not accepted; and how the definition that was refused last differs.",
    example: "hall tool list",
    inForce: true,
    async run({ workshop, out }) {
      const { listHostTools } = await import("../../lifecycle/hostTools.js");
      const { tools, rule } = await listHostTools(workshop);
      out.result({ ok: true, tools, rule }, () => toolLines(tools));
      if (tools.length === 0) out.note("No foreign tool was called here.");
      if (rule.length > 0) {
        out.note("No rule allows all of them. This in rules.json would, after hall apply:");
        out.note(...JSON.stringify(rule, null, 2).split("\n"));
      }
      return EXIT.ok;
    },
  });
  addVerb<{ tool?: string; accept?: "exact" | "text" }>(tool, {
    usage: "accept <origin>",
    summary: "accept the definitions that were refused last, and first uses, into tools.json",
    text: "The origin is what the program calls itself, host when it says nothing. Shows what differs, writes tools.json, and applies that alone. Committed with the project, it is what other machines and other environments accept.",
    example: "hall tool accept host\nhall tool accept host --tool send_mail",
    asks: true,
    inForce: true,
    options: [
      option("--tool <tool>", "only this tool"),
      option("--accept <what>", "from now on: what may change without a new acceptance").choices([
        "exact",
        "text",
      ]),
    ],
    async run({ workshop, out }, [origin = ""], words) {
      const { acceptHostTools } = await import("../../lifecycle/hostTools.js");
      const done = await acceptHostTools(workshop, { origin, ...words });
      if (!done.accepted) throw new Declined("Nothing was accepted.");
      out.result({ ok: true, ...done }, () =>
        done.tools.length === 0
          ? [["Nothing was to be accepted."]]
          : done.tools.map((name) => [`accepted ${name}`]),
      );
      return EXIT.ok;
    },
  });
}

function toolLines(tools: readonly HostTool[]): readonly Line[] {
  return tools.flatMap(({ origin, tool, capability, state, changes, rule_id }) => [
    ...columns([
      [`${origin}/${tool}`, capability, state, rule_id === null ? "no rule allows it" : `rule ${rule_id}`],
    ]),
    ...changes.map((change): Line => [`  refused: ${change}`]),
  ]);
}
