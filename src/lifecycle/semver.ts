/** A version as semantic versioning has it: three numbers and the identifiers after a hyphen. */
export type Version = {
  readonly numbers: readonly [number, number, number];
  readonly pre: readonly string[];
};

const NUMBER = "(0|[1-9]\\d*)";
const IDENTIFIER = "(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)";
const VERSION = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?$`);

/** Reads a version as manifests write it, or undefined. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch, pre] = VERSION.exec(text) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  const numbers = [Number(major), Number(minor), Number(patch)] as const;
  return numbers.every(Number.isSafeInteger) ? { numbers, pre: pre?.split(".") ?? [] } : undefined;
}

/** Negative when `a` comes before `b` (semver 2.0.0, 11). */
export function compareVersions(a: Version, b: Version): number {
  for (let i = 0; i < 3; i++) {
    const difference = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length; // a release comes after its previews
  for (let i = 0; i < Math.min(a.pre.length, b.pre.length); i++) {
    const difference = compareIdentifiers(a.pre[i] ?? "", b.pre[i] ?? "");
    if (difference !== 0) return difference;
  }
  return a.pre.length - b.pre.length;
}

function compareIdentifiers(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  if (aIsNumber && a.length !== b.length) return a.length - b.length; // no leading zeros, so the longer is greater
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Which versions are meant. */
export type Range = (version: Version) => boolean;

/**
 * Reads a range: a version is that one alone, `^` allows what doesn't change the first number that isn't zero, `~`
 * what doesn't change the second, and nothing at all every release. Of a version the last numbers may be left out,
 * and may then be any (`1.2`, `^1.2`, `~1`). Previews are only in a range that names one of the same three numbers.
 * Undefined when it is none of these.
 */
export function parseRange(text: string): Range | undefined {
  if (text === "") return ({ pre }) => pre.length === 0;
  const operator = text.startsWith("^") || text.startsWith("~") ? text.charAt(0) : "";
  const written = text.slice(operator.length);
  const count = Math.min(written.split(".").length, 3);
  const from = parseVersion(written + ".0".repeat(3 - count));
  if (from === undefined) return undefined;
  if (operator === "" && count === 3) return (version) => compareVersions(version, from) === 0;
  const fixed = Math.min(count, operator === "" ? 3 : operator === "~" ? 2 : firstThatCounts(from));
  return (version) =>
    compareVersions(version, from) >= 0 &&
    sameNumbers(version, from, fixed) &&
    (version.pre.length === 0 || (from.pre.length > 0 && sameNumbers(version, from, 3)));
}

/** How many numbers lead up to the first that isn't zero: a change of that one may break who uses it. */
function firstThatCounts({ numbers: [major, minor] }: Version): number {
  if (major > 0) return 1;
  return minor > 0 ? 2 : 3;
}

function sameNumbers(a: Version, b: Version, count: number): boolean {
  return a.numbers.slice(0, count).every((number, i) => number === b.numbers[i]);
}

/** The newest of some versions that a range allows, as it was written; undefined when there is none. */
export function newest(versions: readonly string[], range: Range): string | undefined {
  let best: { readonly text: string; readonly version: Version } | undefined;
  for (const text of versions) {
    const version = parseVersion(text);
    if (version === undefined || !range(version)) continue;
    if (best === undefined || compareVersions(version, best.version) > 0) best = { text, version };
  }
  return best?.text;
}
