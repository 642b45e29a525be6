import { nearest } from "../protocol/nearest.js";

/** What is wrong with a rule document: where, what, and what to write instead. */
export type RuleProblem = { readonly path: string; readonly message: string; readonly remedy: string };

/** Takes one problem down. `path` is relative to the part of the document that is being read. */
export type Report = (path: string, message: string, remedy: string) => undefined;

export type Members = Readonly<Record<string, unknown>>;

/** Reports every member that isn't known: a misspelt one would silently count nothing. */
export function unknownMembers(
  members: Members,
  known: readonly string[],
  path: string,
  report: Report,
): undefined {
  for (const name of Object.keys(members)) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    const remedy = `${meant === undefined ? "" : `did you mean ${meant}? `}known are ${known.join(", ")}`;
    report(path === "" ? name : `${path}.${name}`, "is not known here", remedy);
  }
}

export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.isWellFormed();
}
