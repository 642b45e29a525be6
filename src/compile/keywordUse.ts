import type { Json, JsonObject } from "../protocol/canonical.js";
import { nearest } from "../protocol/nearest.js";
import { checkShape } from "./keywordShape.js";
import { INSTEAD, KEYWORDS } from "./keywords.js";
import type { Problem } from "./problem.js";
import { definitionOf, isObject, refName } from "./subschemas.js";

export type Role = "input" | "output";

/** Where a keyword stands: the schema that has it, the whole schema, and what that is for. */
export type Setting = { readonly schema: JsonObject; readonly root: JsonObject; readonly role: Role };

/** What is wrong with one keyword: its name, its place, its value, its neighbours, what it refers to. */
export function checkKeyword(name: string, value: Json, setting: Setting): Problem[] {
  const { schema, root, role } = setting;
  const one = (message: string, remedy: string): Problem[] => [{ path: [name], message, remedy }];
  const keyword = KEYWORDS.get(name);
  if (keyword === undefined) return one("isn't a keyword that a tool's schema may use", insteadOf(name));
  if (role === "output" && keyword.both === false) {
    return one("is read differently by older and newer clients", "Describe the output without it");
  }
  if (keyword.place === "definition" && schema !== root) {
    return one("stands inside the schema", "Move it to the root of the schema");
  }
  const shape = checkShape(name, keyword.shape, value);
  if (shape.length > 0) return shape;
  const { beside } = keyword;
  if (beside !== undefined && schema[beside] === undefined) {
    return one(`says nothing without ${beside}`, `Add ${beside}, or remove ${name}`);
  }
  if (name === "if" && schema["then"] === undefined && schema["else"] === undefined) {
    return one("says nothing without then or else", "Add one of them, or remove it");
  }
  if (name === "minContains" && Number(value) > Number(schema["maxContains"] ?? value)) {
    return one("is more than maxContains", "Swap them");
  }
  if (name === "items" && role === "output" && !isObject(value)) {
    return one("is a bare true or false, which some clients refuse", "Write a schema");
  }
  return name === "$ref" ? checkRef(value, setting) : [];
}

function insteadOf(name: string): string {
  const meant = nearest(name, KEYWORDS.keys());
  return (
    INSTEAD.get(name) ?? (meant === undefined ? "Remove it" : `Did you mean ${meant}? Otherwise remove it`)
  );
}

/** Draft-07 ignores what stands beside a reference, so a published output schema has nothing there. */
const BESIDE_REF = ["$ref", "$defs", "title", "description"];

function checkRef(value: Json, { schema, root, role }: Setting): Problem[] {
  const one = (message: string, remedy: string, at = "$ref"): Problem[] => [{ path: [at], message, remedy }];
  const name = refName(value);
  if (name === undefined) {
    return one(
      "points outside the schema's $defs",
      "Copy what it means into $defs, and write #/$defs/<name>",
    );
  }
  if (definitionOf(root, name) === undefined) {
    const meant = nearest(name, isObject(root["$defs"]) ? Object.keys(root["$defs"]) : []);
    return one(
      "points to a definition that doesn't exist",
      meant ? `Did you mean #/$defs/${meant}?` : `Add ${name} to $defs`,
    );
  }
  const other = Object.keys(schema).find((keyword) => !BESIDE_REF.includes(keyword));
  if (role === "output" && other !== undefined) {
    return one("stands beside $ref, where older clients ignore it", "Move it into the definition", other);
  }
  return [];
}
