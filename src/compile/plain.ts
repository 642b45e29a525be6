import type { Problem } from "./problem.js";

/** How much of a value is looked at before it is refused; a manifest is at most 256 KB of text. */
const MAX_DEPTH = 64;
const MAX_VALUES = 50_000;
const MAX_TEXT = 262_144;

/**
 * What keeps a value from being plain JSON of bearable size: names and texts that have no canonical form, values that
 * aren't JSON, cycles, depth. Looks at a bounded number of values, however many a shared reference stands for.
 */
export function checkPlain(value: unknown): Problem[] {
  const walk: Walk = { problems: [], values: 0, text: 0 };
  visit(value, [], walk);
  return walk.problems;
}

type Path = readonly (string | number)[];
type Walk = { readonly problems: Problem[]; values: number; text: number };

/** False once nothing more shall be looked at. */
function visit(value: unknown, path: Path, walk: Walk): boolean {
  walk.values += 1;
  if (typeof value === "string") walk.text += value.length;
  if (walk.values > MAX_VALUES || walk.text > MAX_TEXT || path.length > MAX_DEPTH) {
    const [message, remedy] =
      path.length > MAX_DEPTH
        ? [`is nested more than ${MAX_DEPTH} deep, or in a cycle`, "Make it flatter"]
        : ["holds more than a manifest may", `Keep it under ${MAX_VALUES} values and ${MAX_TEXT / 1024} KB`];
    walk.problems.push({ path: path.slice(0, 8), message, remedy });
    return false;
  }
  switch (typeof value) {
    case "boolean":
      return true;
    case "string":
      return (
        value.isWellFormed() ||
        report(walk, path, "has half of a character (a lone surrogate)", "Remove or retype it")
      );
    case "number":
      return (
        Number.isFinite(value) ||
        report(walk, path, "is a number that JSON can't write", "Write a finite number")
      );
    case "object":
      return value === null || visitMembers(value, path, walk);
    default:
      return report(
        walk,
        path,
        `is a ${typeof value}, which JSON can't hold`,
        "Remove it, or write it as a text",
      );
  }
}

function visitMembers(value: object, path: Path, walk: Walk): boolean {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!visit(value[i], [...path, i], walk)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (
    (prototype !== Object.prototype && prototype !== null) ||
    Object.getOwnPropertySymbols(value).length > 0
  ) {
    return report(walk, path, "is an object of a program, not of JSON", "Write it as a plain object");
  }
  for (const [name, member] of Object.entries(value)) {
    walk.text += name.length;
    const here = [...path, name];
    if (name === "__proto__")
      report(walk, here, "has the name __proto__, which programs misread", "Choose another name");
    else if (!name.isWellFormed())
      report(walk, path, "has a name with half of a character in it", "Retype that name");
    else if (!visit(member, here, walk)) return false;
  }
  return true;
}

/** Always true: the walk goes on, to find every problem. */
function report(walk: Walk, path: Path, message: string, remedy: string): true {
  walk.problems.push({ path, message, remedy });
  return true;
}
