import type { MatchField } from "../protocol/rule.js";
import { AXES } from "./cell.js";

/**
 * What a rule matches, whatever way it is written: the capabilities it names (null for every one), and one bit
 * for each word of the four small vocabularies, packed into 14 bits. It matches their product.
 */
export type Scope = { readonly capabilities: readonly string[] | null; readonly shape: number };

const AXIS_FIELDS = [
  "env",
  "data_label",
  "tenant_risk",
  "qos_class",
] as const satisfies readonly MatchField[];
const OFFSETS = [0, 4, 7, 10] as const;
/** All the bits of each vocabulary. */
const FULL = AXES.map((words, axis) => ((1 << words.length) - 1) << (OFFSETS[axis] as number));

/**
 * The scope of a rule's `match`, leniently: what isn't a condition matches nothing, unknown members count nothing
 * (wcp.md 4.1). Undefined when `match` isn't an object at all.
 */
export function scopeOf(match: unknown): Scope | undefined {
  if (match === undefined) match = {};
  if (typeof match !== "object" || match === null || Array.isArray(match)) return undefined;
  const conditions = match as Readonly<Record<string, unknown>>;
  let shape = 0;
  for (let axis = 0; axis < AXES.length; axis++) {
    const words = AXES[axis] as readonly string[];
    const bits = bitsOf(conditions[AXIS_FIELDS[axis] as string], words);
    shape |= bits << (OFFSETS[axis] as number);
  }
  return { capabilities: wordsOf(conditions["capability_id"]), shape };
}

function bitsOf(condition: unknown, words: readonly string[]): number {
  if (condition === undefined) return (1 << words.length) - 1;
  if (typeof condition === "string") return bitOf(condition, words);
  const wanted = wordsOf(condition);
  if (wanted === null) return (1 << words.length) - 1;
  let bits = 0;
  for (const word of wanted) bits |= bitOf(word, words);
  return bits;
}

function bitOf(word: string, words: readonly string[]): number {
  const at = words.indexOf(word);
  return at < 0 ? 0 : 1 << at;
}

/** The words that a condition accepts, each once; null for all. `any` goes before `in`, and `in` before `eq`. */
function wordsOf(condition: unknown): readonly string[] | null {
  if (condition === undefined) return null;
  if (typeof condition === "string") return [condition];
  if (typeof condition !== "object" || condition === null) return [];
  const { any, in: list, eq } = condition as { any?: unknown; in?: unknown; eq?: unknown };
  if (any === true) return null;
  if (Array.isArray(list)) return eachOnce(list);
  if (list !== undefined) return [];
  return typeof eq === "string" ? [eq] : [];
}

function eachOnce(list: readonly unknown[]): readonly string[] {
  const words = list.filter((word) => typeof word === "string");
  return words.length < 2 ? words : [...new Set(words)];
}

/** True when a scope matches no request at all. */
export function isEmpty(scope: Scope): boolean {
  if (scope.capabilities?.length === 0) return true;
  return FULL.some((bits) => (scope.shape & bits) === 0);
}

/** True when the small vocabularies of `wide` take in all of `narrow`. */
export function shapeCovers(wide: number, narrow: number): boolean {
  return (wide & narrow) === narrow;
}

/** The first field in which two scopes differ, in the order of a rule's fields; `*` when they are equal (wcp.md 4.4). */
export function firstDifference(a: Scope, b: Scope): MatchField | "*" {
  if (!sameWords(a.capabilities, b.capabilities)) return "capability_id";
  const axis = AXES.findIndex(
    (words, i) => axisBits(a.shape, i, words.length) !== axisBits(b.shape, i, words.length),
  );
  return AXIS_FIELDS[axis] ?? "*";
}

function axisBits(shape: number, axis: number, width: number): number {
  return (shape >> (OFFSETS[axis] as number)) & ((1 << width) - 1);
}

function sameWords(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((word) => b.includes(word));
}

const cellsByShape = new Map<number, readonly number[]>();

/** The numbers of the cells that a shape takes in. Worked out once for each of the 11,025 shapes there can be. */
export function cellsOf(shape: number): readonly number[] {
  let cells = cellsByShape.get(shape);
  if (cells === undefined) {
    cells = [0];
    for (let axis = 0; axis < AXES.length; axis++) {
      const words = AXES[axis] as readonly string[];
      const bits = axisBits(shape, axis, words.length);
      const chosen = words.map((_, i) => i).filter((i) => (bits & (1 << i)) !== 0);
      cells = cells.flatMap((cell) => chosen.map((i) => cell * words.length + i));
    }
    cellsByShape.set(shape, cells);
  }
  return cells;
}
