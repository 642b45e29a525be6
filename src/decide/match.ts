import { CanonicalError } from "../protocol/canonical.js";
import { NO_MATCH } from "../protocol/decision.js";
import { isProduction, routeInputText } from "../protocol/request.js";
import type { Preconditions } from "../protocol/rule.js";
import type { Case, Refusal } from "./case.js";
import { refuse } from "./refuse.js";
import { type Rule, ruleFor } from "./rules.js";

/** In prod and edge, rules of which one can never fire because of another are refused whole (wcp.md 3.2). */
export function checkShadows(c: Case): Refusal | undefined {
  c.matched = NO_MATCH;
  const { single } = c.rules.shadows;
  if (single.length === 0 || !isProduction(c.input.env)) return undefined;
  return refuse("DENY_SHADOW_RULES_DETECTED", {
    shadowed_rule_ids: Object.freeze(single.map((shadow) => shadow.shadowed_rule_id)),
    shadow_count: single.length,
  });
}

/** The first rule that matches. A rule that can't be obeyed whole denies: it may have meant to. */
export function checkRule(c: Case): Refusal | undefined {
  const rule = ruleFor(c.rules, c.input);
  if (rule === undefined) return refuse("DENY_NO_MATCHING_RULE");
  c.rule = rule;
  c.matched = rule.rule_id;
  c.controls = rule.controls;
  c.preconditions = withFloors(rule, c);
  return rule.flaw === null ? undefined : refuse(rule.flaw);
}

/** A floor of the Hall can raise what a rule asks, never lower it (wcp.md 2.6). */
function withFloors({ preconditions }: Rule, { config }: Case): Preconditions {
  const correlation = preconditions.must_have_correlation_id || config.enforce_correlation_id;
  const controls = preconditions.deny_if_missing_required_controls || config.enforce_required_controls;
  const { must_have_correlation_id, deny_if_missing_required_controls } = preconditions;
  if (correlation === must_have_correlation_id && controls === deny_if_missing_required_controls) {
    return preconditions;
  }
  return Object.freeze({
    ...preconditions,
    must_have_correlation_id: correlation,
    deny_if_missing_required_controls: controls,
  });
}

/**
 * The request has a canonical text, the one that an allowed decision's hash is over. Written only now, when a rule
 * matches: a request that no rule wants costs next to nothing.
 */
export function checkText(c: Case): Refusal | undefined {
  try {
    c.text = routeInputText(c.input);
    return undefined;
  } catch (error) {
    if (!(error instanceof CanonicalError)) throw error;
    return refuse("DENY_INVALID_INPUT", {
      problems: Object.freeze([Object.freeze({ path: "request", keyword: "canonical" })]),
    });
  }
}

export function checkCorrelation(c: Case): Refusal | undefined {
  if (!c.preconditions.must_have_correlation_id || c.input.correlation_id.trim() !== "") return undefined;
  return refuse("DENY_MISSING_CORRELATION_ID");
}
