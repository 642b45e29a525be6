import type { ToolDefinition } from "../protocol/skill.js";
import { readPolicy, readStanding } from "./answers.js";
import { BUILTIN_TOOLS } from "./builtins.js";
import type { Sources } from "./situation.js";
import type { InstalledTool } from "./skills.js";
import type { GovernedTool } from "./tool.js";
import type { Caller } from "./types.js";
import { isVisible } from "./visible.js";

/** The tools that a caller can see (namespace, env and a rule in force), each with whether it may run now. */
export async function standingOf(
  sources: Sources,
  caller: Caller,
): Promise<readonly { readonly tool: InstalledTool; readonly active: boolean }[]> {
  const policy = readPolicy(await sources.policy());
  if (policy === null) return [];
  return sources
    .tools()
    .filter((tool) => isVisible(policy, tool, caller))
    .map((tool) => ({ tool, active: isActive(sources, tool, caller) }));
}

/** The tools listed for a caller: visible and of active standing, then the Hall's own. What can't be told isn't listed. */
export async function listTools(sources: Sources, caller: Caller): Promise<readonly ToolDefinition[]> {
  try {
    const visible = await standingOf(sources, caller);
    return [...visible.filter(({ active }) => active).map(({ tool }) => tool.definition), ...BUILTIN_TOOLS];
  } catch {
    return BUILTIN_TOOLS;
  }
}

/** Whether a tool may run for a caller as far as standing goes. What can't be read may not. */
export function isActive(sources: Pick<Sources, "standing">, tool: GovernedTool, caller: Caller): boolean {
  try {
    return Object.values(readStanding(sources.standing(tool, caller))).every((state) => state === "active");
  } catch {
    return false;
  }
}
