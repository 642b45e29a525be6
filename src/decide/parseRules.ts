import { MATCH_FIELDS, type RuleSource } from "../protocol/rule.js";
import { AXES } from "./cell.js";
import { checkDecision } from "./parseDecision.js";
import { isMembers, isText, type Report, type RuleProblem, unknownMembers } from "./report.js";

const RULE_FIELDS = ["rule_id", "match", "decision"];
const VOCABULARY: Readonly<Record<string, readonly string[]>> = {
  env: AXES[0],
  data_label: AXES[1],
  tenant_risk: AXES[2],
  qos_class: AXES[3],
};

/**
 * Strict reading of a rule document, `{ "rules": [...] }` or the list itself. Gives the rules as they are written,
 * or every problem with its path: what a lenient reader would silently take for something else (wcp.md 4.1).
 */
export function parseRules(
  value: unknown,
): { readonly rules: readonly RuleSource[] } | { readonly problems: readonly RuleProblem[] } {
  const problems: RuleProblem[] = [];
  let place = "";
  const report: Report = (path, message, remedy) => {
    problems.push({ path: [place, path].filter((part) => part !== "").join("."), message, remedy });
    return undefined;
  };
  const rules = listOf(value, report);
  const seen = new Map<string, number>();
  for (let i = 0; i < rules.length; i++) {
    place = `rules[${i}]`;
    checkRule(rules[i], i, seen, report);
  }
  return problems.length > 0 ? { problems } : { rules: rules as readonly RuleSource[] };
}

function listOf(value: unknown, report: Report): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!isMembers(value)) {
    report("", "is not a rule document", 'write { "rules": [] } with the rules in the list');
    return [];
  }
  unknownMembers(value, ["$schema", "rules"], "", report);
  if (Array.isArray(value["rules"])) return value["rules"];
  report("rules", "is not a list", "write the rules as a list, in the order in which they apply");
  return [];
}

function checkRule(rule: unknown, index: number, seen: Map<string, number>, report: Report): undefined {
  if (!isMembers(rule)) return report("", "is not an object", "write { rule_id, match, decision }");
  unknownMembers(rule, RULE_FIELDS, "", report);
  checkId(rule["rule_id"], index, seen, report);
  if (rule["match"] !== undefined) checkMatch(rule["match"], report);
  if (rule["decision"] !== undefined) checkDecision(rule["decision"], report);
}

function checkId(id: unknown, index: number, seen: Map<string, number>, report: Report): undefined {
  if (!isText(id)) return report("rule_id", "is missing or no text", "give every rule a rule_id of its own");
  const first = seen.get(id);
  if (first === undefined) seen.set(id, index);
  else report("rule_id", `is also the id of rules[${first}]`, "give every rule a rule_id of its own");
}

function checkMatch(match: unknown, report: Report): undefined {
  if (!isMembers(match))
    return report("match", "is not an object", "write conditions, or {} to match everything");
  unknownMembers(match, MATCH_FIELDS, "match", report);
  for (const field of MATCH_FIELDS) {
    if (match[field] !== undefined) checkCondition(match[field], field, report);
  }
}

const CONDITION = 'write a text, {"in": [...]}, {"eq": ...} or {"any": true}';

function checkCondition(condition: unknown, field: string, report: Report): undefined {
  const path = `match.${field}`;
  if (typeof condition === "string") return checkWord(condition, field, path, report);
  if (!isMembers(condition)) return report(path, "is not a condition", CONDITION);
  const [operator, ...more] = Object.keys(condition);
  if (operator === undefined || more.length > 0)
    return report(path, "must have exactly one operator", CONDITION);
  const operand = condition[operator];
  if (operator === "any") {
    if (operand !== true) report(`${path}.any`, "is not true", "write true, or leave the condition out");
  } else if (operator === "eq") {
    checkWord(operand, field, `${path}.eq`, report);
  } else if (operator === "in") {
    if (!Array.isArray(operand) || operand.length === 0) {
      return report(`${path}.in`, "is not a list with at least one word", "list the words that match");
    }
    operand.forEach((word, i) => {
      checkWord(word, field, `${path}.in[${i}]`, report);
    });
  } else {
    report(`${path}.${operator}`, "is not an operator", CONDITION);
  }
}

function checkWord(word: unknown, field: string, path: string, report: Report): undefined {
  const words = VOCABULARY[field];
  if (words === undefined) {
    if (!isText(word)) report(path, "is not a capability id", "write an id such as cap.doc.search");
  } else if (typeof word !== "string" || !words.includes(word)) {
    report(path, `is none of the words of ${field}`, `write one of ${words.join(", ")}`);
  }
}
