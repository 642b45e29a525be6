import { foreignSkillId, type PinnedTool } from "../protocol/foreign.js";
import { governedName } from "../protocol/governedName.js";
import type { Store } from "../records/store.js";
import { LifecycleError } from "./error.js";

/** The ids under which standing knows the foreign tools of this home: its servers', and its own programs'. */
export function foreignIds(store: Store): ReadonlySet<string> {
  const config = store.policy()?.document.config;
  const { namespace, servers, tools } = config ?? {};
  const origins = [
    ...Object.keys(servers ?? {}),
    ...(Array.isArray(tools) ? tools : []).map((tool: { readonly origin?: unknown }) => String(tool.origin)),
  ];
  const pinned = store.query({ kind: "pin", limit: 10_000 }).flatMap(({ skill_id }) => skill_id ?? []);
  return new Set([...origins.map((origin) => foreignSkillId(String(namespace), origin)), ...pinned]);
}

/** Refuses a skill whose id or tools foreign tools of this home go by. Throws LifecycleError TOOL_TAKEN. */
export function checkForeignNames(
  store: Store,
  skill_id: string,
  tools: readonly { readonly name: string }[],
): void {
  if (foreignIds(store).has(skill_id)) {
    throw new LifecycleError(
      "TOOL_TAKEN",
      `Foreign tools go by ${skill_id} here, and an id stands for one thing in a home.`,
      "Take their server out (hall mcp remove NAME), or ask the skill's author for another name.",
    );
  }
  const names = new Set(tools.map(({ name }) => name));
  const pinned = store.policy()?.document.config["tools"];
  for (const tool of Array.isArray(pinned) ? (pinned as unknown as PinnedTool[]) : []) {
    const served = governedName(tool.origin, tool.definition.name);
    if (served === undefined || !names.has(served)) continue;
    throw new LifecycleError(
      "TOOL_TAKEN",
      `${skill_id} has a tool named ${served}, and so has the server ${tool.origin}.`,
      `Take the server out (hall mcp remove ${tool.origin}), or ask the skill's author for another name.`,
    );
  }
}
