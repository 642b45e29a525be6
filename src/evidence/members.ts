import { isAcceptableKey } from "./ed25519.js";

/** Bytes or values that aren't what the format says they are: a record, body, order, vote or document. */
export class RecordError extends Error {
  override readonly name = "RecordError";
}

/** Throws RecordError with this reason unless the condition holds. */
export function insist(holds: boolean, reason: string): asserts holds {
  if (!holds) throw new RecordError(reason);
}

/** Tests one member's value. */
export type Check<T> = (value: unknown) => value is T;

/** One check for each member of T. The compiler keeps table and type together. */
export type Members<T> = { readonly [K in keyof T]-?: Check<T[K]> };

/**
 * What is wrong with `value` as an object of these members, or undefined. Every member must be there;
 * `exact` refuses any other too (formats.md: headers and signed payloads refuse unknown members, bodies ignore them).
 */
export function problemOf<T>(value: unknown, table: Members<T>, exact: boolean): string | undefined {
  if (!isObject(value)) return "not an object";
  for (const [name, check] of Object.entries<Check<unknown>>(table)) {
    if (!Object.hasOwn(value, name)) return `member ${name} is missing`;
    if (!check(value[name])) return `member ${name} has the wrong form`;
  }
  if (!exact) return undefined;
  const stranger = Object.keys(value).find((name) => !Object.hasOwn(table, name));
  return stranger === undefined ? undefined : `member ${JSON.stringify(stranger)} is unknown`;
}

/** `value` as T, or RecordError naming `what` and the member. */
export function expectMembers<T>(what: string, value: unknown, table: Members<T>, exact: boolean): T {
  const problem = problemOf(value, table, exact);
  if (problem !== undefined) throw new RecordError(`${what}: ${problem}`);
  return value as T;
}

/** An object with exactly these members, as a member of another one. */
export function exactly<T>(table: Members<T>): Check<T> {
  return (value): value is T => problemOf(value, table, true) === undefined;
}

/** An object with at least these members. */
export function atLeast<T>(table: Members<T>): Check<T> {
  return (value): value is T => problemOf(value, table, false) === undefined;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isText: Check<string> = (value): value is string => typeof value === "string";
export const isFlag: Check<boolean> = (value): value is boolean => typeof value === "boolean";
export const isNull: Check<null> = (value): value is null => value === null;

/** 0, 1, 2, … up to 2^53 - 1. */
export const isCount: Check<number> = (value): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** 64 lower-case hex digits: a SHA-256, a leaf, a hall_id. */
export const isHash: Check<string> = (value): value is string =>
  typeof value === "string" && HASH.test(value);

/** A UUID of any version, lower case. */
export const isUuid: Check<string> = (value): value is string =>
  typeof value === "string" && UUID.test(value);

/** `YYYY-MM-DDTHH:MM:SS.sssZ` of a day that exists. */
export const isTime: Check<string> = (value): value is string => {
  if (typeof value !== "string" || !TIME.test(value)) return false;
  const ms = Date.parse(value);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === value;
};

/** A public key that a signature may be checked with. */
export const isKey: Check<string> = (value): value is string =>
  typeof value === "string" && isAcceptableKey(value);

export function orNull<T>(check: Check<T>): Check<T | null> {
  return (value): value is T | null => value === null || check(value);
}

export function oneOf<const T extends string | number>(words: readonly T[]): Check<T> {
  return (value): value is T => words.includes(value as T);
}

export function listOf<T>(check: Check<T>, min = 0): Check<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.length >= min && value.every(check);
}

const HASH = /^[0-9a-f]{64}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
