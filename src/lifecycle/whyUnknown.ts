import { BUILTIN_NAMES } from "../hall/builtins.js";
import type { InstalledTool } from "../hall/skills.js";
import { nearest } from "../protocol/nearest.js";
import { whichRule } from "./whichRule.js";
import { inForce, type Workshop, withHome } from "./workshop.js";

/** Why a caller of this home is told that there is no such tool, and the command that helps. */
export type WhyUnknown = { readonly why: string; readonly helps: string };

/**
 * What DENY_UNKNOWN_SKILL doesn't tell a caller, for the operator at the terminal: whether the tool is installed at all,
 * and which part of the policy in force hides it. Null when nothing does by now. Throws LifecycleError NOT_APPLIED.
 */
export function whyUnknown(ws: Workshop, { tool }: { readonly tool: string }): Promise<WhyUnknown | null> {
  return withHome(ws, async (parts) => {
    const { policy } = inForce(parts);
    const found = parts.skills.find(tool);
    if (found === undefined) return notInstalled(tool, parts.skills.all());
    const { skill_id } = found.install;
    const { tenant, env, namespaces } = policy.config;
    const { namespace, allowed_environments } = found.manifest;
    if (!(namespaces[tenant] ?? []).includes(namespace)) {
      return {
        why: `${skill_id} is installed, but skills of ${namespace} aren't allowed for tenant ${tenant}.`,
        helps: `hall namespace allow ${namespace}`,
      };
    }
    if (!allowed_environments.includes(env)) {
      return {
        why: `${skill_id} is installed, but may run in ${allowed_environments.join(", ")} only, and this home is ${env}.`,
        helps: "allowed_environments in its skill.yaml, which its author decides",
      };
    }
    const ruled = whichRule(policy, found.manifest).find((one) => one.tool === tool);
    if (ruled === undefined || ruled.rule_id !== null) return null;
    return {
      why: `${skill_id} is installed, but no rule in force allows ${ruled.capability} in env ${env}.`,
      helps:
        env !== "dev"
          ? `a rule for ${ruled.capability} in .hall/rules.json, then hall apply`
          : found.install.dev
            ? "hall dev DIR, which allows what it installs"
            : `hall skill install ${skill_id} --allow dev`,
    };
  });
}

function notInstalled(tool: string, all: readonly InstalledTool[]): WhyUnknown {
  const names = all.map(({ definition }) => definition.name);
  const meant = nearest(tool, [...names, ...BUILTIN_NAMES]);
  return {
    why: `No installed skill has a tool named ${JSON.stringify(tool)}.`,
    helps:
      meant === undefined
        ? "hall skill list (what is installed), hall skill install ID"
        : `did you mean ${meant}?`,
  };
}
