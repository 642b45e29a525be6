import { type Rule, type RuleSet, ruleFor } from "../decide/rules.js";
import type { Policy } from "./policy.js";
import type { GovernedTool } from "./tool.js";
import type { Caller } from "./types.js";

/** The rule that matches a caller's cell for a tool, if any. */
export function ruleInForce(rules: RuleSet, tool: GovernedTool, caller: Caller): Rule | undefined {
  return ruleFor(rules, { ...caller, capability_id: tool.capability_id });
}

/** Whether the tool's namespace is one of the caller's tenant. */
export function namespaceOf(
  policy: Policy,
  tool: GovernedTool,
  caller: Caller,
): "authorized" | "not_authorized" {
  const { namespaces } = policy.config;
  const own = Object.hasOwn(namespaces, caller.tenant_id) ? namespaces[caller.tenant_id] : undefined;
  return own?.includes(tool.namespace) === true ? "authorized" : "not_authorized";
}

/** Whether a caller can see a tool at all: namespace, env and a rule in force (formats.md, Visible). */
export function isVisible(policy: Policy, tool: GovernedTool, caller: Caller): boolean {
  return (
    namespaceOf(policy, tool, caller) === "authorized" &&
    tool.allowed_environments.includes(caller.env) &&
    ruleInForce(policy.rules, tool, caller) !== undefined
  );
}
