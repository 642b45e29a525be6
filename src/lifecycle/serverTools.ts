import type { Policy } from "../hall/policy.js";
import type { PinnedTool } from "../protocol/foreign.js";
import { governedName } from "../protocol/governedName.js";
import { deceptionLines } from "./definitionLines.js";
import { shownText } from "./shown.js";
import { type Ruled, whichRule } from "./whichRule.js";
import type { Workshop } from "./workshop.js";

/** A server's tool by the name under which this Hall serves it. */
export function servedName({ origin, definition }: Pick<PinnedTool, "origin" | "definition">): string {
  return governedName(origin, definition.name) ?? definition.name;
}

/** What the rules in force say of a server's tool, accepted or about to be, by its served name. */
export function ruledTool(policy: Pick<Policy, "config" | "rules">, entry: PinnedTool): Ruled {
  const { capability, species } = entry;
  const tool = servedName(entry);
  const [ruled] = whichRule(policy, { tools: [{ name: tool, capability }], worker: { species } });
  return ruled ?? { tool, capability, rule_id: null, serves: false, human: false };
}

/** A line for each rule in force under which tools may be called as soon as they are accepted; none where none may. */
export function callableLines(ruled: readonly Ruled[]): readonly string[] {
  const byRule = new Map<string, string[]>();
  for (const { tool, rule_id, serves, human } of ruled) {
    if (!serves) continue;
    const how = human ? "each call held for a person by" : "by";
    const line = `callable at once, ${how} rule ${rule_id} in force`;
    byRule.set(line, [...(byRule.get(line) ?? []), tool]);
  }
  return [...byRule].map(([line, tools]) => `${line}: ${tools.join(", ")}`);
}

/** Definitions fill screens. The questions of this workshop end with a line for each tool, so that the last one tells. */
export function endingInShort(
  ws: Workshop,
  policy: Pick<Policy, "config" | "rules">,
  entries: readonly PinnedTool[],
): Workshop {
  if (entries.length === 0) return ws;
  const lines = entries.map((entry) => inShort(entry, ruledTool(policy, entry)));
  return {
    ...ws,
    accept: (question, details) => ws.accept(question, [...details, "in short:", ...lines]),
  };
}

const LINE_LENGTH = 100;

function inShort({ origin, definition }: PinnedTool, { tool, serves, human }: Ruled): string {
  const when = !serves ? "" : human ? " (callable at once, each call held)" : " (callable at once)";
  const isDeceptive = deceptionLines(origin, definition).length > 0;
  const said = isDeceptive
    ? "its text isn't what it looks like, see above"
    : firstLine(definition.description || definition.title || "no description");
  return `  ${tool}${when}: ${said}`;
}

function firstLine(text: string): string {
  const line = [...(text.trim().split(/\r?\n/, 1)[0] ?? "")];
  return shownText(line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH).join("")} …` : line.join(""));
}
