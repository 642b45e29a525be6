import type { AddReport } from "../lifecycle/addServer.js";
import type { ListedServer, ServedTool } from "../lifecycle/listServers.js";
import { columns, type Line, type Span } from "./line.js";

/** What was put behind the gate, and what was left out. */
export function addedLines({ name, tools, left_out, allowed, notes }: AddReport): readonly Line[] {
  return [
    [
      { style: "green", text: "Behind the gate " },
      `${name}: ${tools.map((tool) => `${name}__${tool}`).join(", ")}`,
    ],
    ...left_out.map(
      ({ name: tool, why }): Line => [{ style: "yellow", text: "left out " }, `${tool}: ${why}`],
    ),
    ...(allowed ? ["Allowed by the rules in force."] : []),
    ...notes,
  ];
}

/** A server, its tools and how they stand to what was accepted. */
export function serverLines({ name, at, problem, tools, left_out }: ListedServer): readonly Line[] {
  return [
    [{ style: "bold", text: name }, `  ${at}`],
    ...(problem === null ? [] : [[{ style: "red" as const, text: `  ${problem}` }]]),
    ...columns(tools.map(toolCells)),
    ...tools.flatMap(({ tool, changes }) => changes.map((change) => `    ${tool}: ${change}`)),
    ...left_out.map(({ name: tool, why }) => `  left out ${tool}: ${why}`),
  ];
}

function toolCells({ tool, state, capability, may_run, rule_id, human }: ServedTool): readonly Span[] {
  const isGood = state === "accepted" || state === "text changed";
  return [
    `  ${tool}`,
    isGood ? state : { style: state === "changed" ? "red" : "yellow", text: state },
    capability ?? "",
    may_run
      ? `rule ${rule_id} ${human ? "holds it for a person" : "allows it"}`
      : state === "new"
        ? "not accepted"
        : "may not run",
  ];
}
