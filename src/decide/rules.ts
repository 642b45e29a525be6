import type { ApprovalNeed, MatchField } from "../protocol/rule.js";
import { type Cell, cellOf } from "./cell.js";
import { type Rule, ruleFrom } from "./rule.js";
import { firstDifference, type Scope, scopeOf } from "./scope.js";
import { buildTable, type Table } from "./table.js";

export { parseRules } from "./parseRules.js";
export type { RuleProblem } from "./report.js";
export type { Rule } from "./rule.js";

/** A rule that can never fire because one earlier rule takes in all that it matches (wcp.md 4.4). */
export type ShadowedRule = {
  readonly shadowing_rule_id: string;
  readonly shadowed_rule_id: string;
  readonly reason: string;
  /** The first field in which the two differ, or `*`. */
  readonly field: MatchField | "*";
};

/** A rule that can never fire because several earlier ones together take in all that it matches. A warning only. */
export type BuriedRule = { readonly shadowed_rule_id: string; readonly reason: string };

export type Shadows = {
  readonly single: readonly ShadowedRule[];
  readonly union: readonly BuriedRule[];
  /** Places, from 0, of rules that match nothing: malformed, or with a condition that no request meets. */
  readonly idle: readonly number[];
};

/** Rules made ready by {@link compileRules}. Its table is out of reach, so nothing can change what it answers. */
export type RuleSet = { readonly rules: readonly (Rule | null)[]; readonly shadows: Shadows };

/** Sets that come from here, each with its table: any other object that looks like one is refused. */
const tables = new WeakMap<object, Table>();

/**
 * Makes rules ready, leniently and without throwing: a malformed rule never matches, and one whose decision can't
 * be read denies when it matches. The whole match space is laid out once, so finding the first rule that matches
 * is one look-up, and the rules that can never fire are known (hall.md, How it gets fast).
 */
export function compileRules(rules: readonly unknown[]): RuleSet {
  const scopes: (Scope | undefined)[] = [];
  const compiled = Array.from(rules, (source) => {
    const read = readRule(source);
    scopes.push(read?.scope);
    return read?.rule ?? null;
  });
  const table = buildTable(scopes);
  const set: RuleSet = Object.freeze({
    rules: Object.freeze(compiled),
    shadows: shadowsOf(table, compiled, scopes),
  });
  tables.set(set, table);
  return set;
}

function readRule(source: unknown): { rule: Rule; scope: Scope } | undefined {
  try {
    if (typeof source !== "object" || source === null) return undefined;
    const { rule_id, match, decision } = source as { rule_id?: unknown; match?: unknown; decision?: unknown };
    if (typeof rule_id !== "string" || !rule_id.isWellFormed()) return undefined;
    const scope = scopeOf(match);
    return scope && { rule: ruleFrom(rule_id, decision), scope };
  } catch {
    return undefined; // an accessor that throws: a rule that can't be read
  }
}

function shadowsOf(
  table: Table,
  rules: readonly (Rule | null)[],
  scopes: readonly (Scope | undefined)[],
): Shadows {
  const id = (index: number): string => rules[index]?.rule_id ?? "";
  const single = table.shadowed.map(([by, index]) =>
    Object.freeze({
      shadowing_rule_id: id(by),
      shadowed_rule_id: id(index),
      reason: "an earlier rule matches every request that this one matches",
      field: firstDifference(scopes[by] as Scope, scopes[index] as Scope),
    }),
  );
  const union = table.buried.map((index) =>
    Object.freeze({
      shadowed_rule_id: id(index),
      reason: "several earlier rules together match every request that this one matches",
    }),
  );
  return Object.freeze({
    single: Object.freeze(single),
    union: Object.freeze(union),
    idle: Object.freeze(table.idle),
  });
}

/** True for a set made by {@link compileRules}. */
export function isRuleSet(value: unknown): value is RuleSet {
  return typeof value === "object" && value !== null && tables.has(value);
}

/** The first rule that matches a cell, in the order in which the rules are written. */
export function ruleFor(set: RuleSet, cell: Cell): Rule | undefined {
  const index = tables.get(set)?.first(cell.capability_id, cellOf(cell)) ?? -1;
  return set.rules[index] ?? undefined;
}

/** How many and what kind of yes a hold of this rule needs. */
export function approvalNeed(rule: Rule): ApprovalNeed {
  return rule.approval;
}
