import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { directoryOf } from "./skillDirectory.js";

/** A skill.ts around these tools (the text of a list), with these imports before it. */
export function skillModule(tools: string, head = "", members = ""): string {
  return `import { content, defineSkill, defineTool } from "wcp-hall/skill";
${head}
export default defineSkill({
  namespace: "org.acme", name: "dice", version: "1.0.0", title: "Dice", description: "Throws dice.",
  worker: { species: "wrk.mem.summarizer" }, risk_tier: "low", policy_tier: 2, capabilities: ["cap.mem.summarize"],
  allowed_environments: ["dev"], required_controls: ["ctrl.obs.audit-log-append-only"],
  currently_implements: ["ctrl.obs.audit-log-append-only"],
  blast_radius: { data: 1, network: 0, financial: 0, time: 1, reversibility: 0 },
  privilege_envelope: { secrets_access: [], network_egress: "none", filesystem_writes: [], tools: [] },
  ${members}
  tools: [${tools}],
});
`;
}

/** One tool called `throw_dice` with this input schema (its text), or also other members. */
export function toolText(input: string, more = "handler: () => ({})"): string {
  return `defineTool({ name: "throw_dice", description: "Throw.", capability: "cap.mem.summarize", input_schema: ${input}, ${more} })`;
}

/** A directory with this skill.ts, and the zod 4 and zod 3 of this repository as its own packages. */
export function codeFirst(
  module: string,
  packages: readonly ("zod" | "zod3")[] = [],
  files: Readonly<Record<string, string>> = {},
): string {
  const dir = directoryOf({ "skill.ts": module, ...files });
  for (const name of packages) {
    const to = join(dir, "node_modules", name);
    mkdirSync(to, { recursive: true });
    const filter = (path: string) => !/\.d\.c?ts$|\.cjs$|\/src$/.test(path);
    const from = fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url));
    cpSync(from, to, { recursive: true, filter });
  }
  return dir;
}
