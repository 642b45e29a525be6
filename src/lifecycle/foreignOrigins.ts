import { foreignSkillId } from "../protocol/foreign.js";
import type { Store } from "../records/store.js";

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
