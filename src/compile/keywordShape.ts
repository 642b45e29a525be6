import { canonicalJson, type Json } from "../protocol/canonical.js";
import { nearest } from "../protocol/nearest.js";
import { FORMATS, type Shape, TYPES } from "./keywords.js";
import { compilePattern } from "./pattern.js";
import type { Problem } from "./problem.js";
import { isObject } from "./subschemas.js";

/** What is wrong with the value of a keyword, by the shape that it must have. */
export function checkShape(name: string, shape: Shape, value: Json): Problem[] {
  const wrong = (message: string, remedy: string, ...at: (string | number)[]) => [
    { path: [name, ...at], message, remedy },
  ];
  switch (shape) {
    case "any":
    case "ref": // the caller knows what there is to refer to
      return [];
    case "text":
      return typeof value === "string" ? [] : wrong("must be a text", "Write it in quotes");
    case "boolean":
      return typeof value === "boolean"
        ? []
        : wrong("must be true or false", "Write true or false, without quotes");
    case "number":
      return typeof value === "number" ? [] : wrong("must be a number", "Write a number, without quotes");
    case "count":
      return isCount(value)
        ? []
        : wrong("must be a whole number from 0 upwards", "Write one, without quotes");
    case "positive":
      return typeof value === "number" && value > 0 && (name === "multipleOf" || isCount(value))
        ? []
        : wrong("must be a number above 0", "Write one, without quotes");
    case "list":
      return Array.isArray(value) ? [] : wrong("must be a list", "Write it in brackets: [ ]");
    case "values":
      return isDistinct(value)
        ? []
        : wrong("must be a list of different values", "List each value once, and at least one");
    case "types":
      return areTypes(value)
        ? []
        : wrong("doesn't name a JSON type", `Write one or a list of ${TYPES.join(", ")}`);
    case "names":
      return areNames(value)
        ? []
        : wrong("must be a list of different names", "List each name once, as texts in brackets");
    case "names by name":
      return isObject(value) && Object.values(value).every(areNames)
        ? []
        : wrong("must give a list of names for each name", "Write {name: [other, names]}");
    case "pattern":
      return checkPattern(value, [name]);
    case "format":
      return checkFormat(name, value);
    case "schema":
      return isObject(value)
        ? []
        : wrong("must be a schema, not a bare value", "Write an object, as {type: string}");
    case "schema or boolean":
      return isObject(value) || typeof value === "boolean"
        ? []
        : wrong("must be a schema, true or false", "Write one of them");
    case "schemas":
      return Array.isArray(value) && value.length > 0 && value.every(isObject)
        ? []
        : wrong("must be a list of schemas", "Write [{type: string}], with an object for each");
    case "schemas by name":
    case "schemas by pattern":
      return checkMap(name, shape, value);
  }
}

function checkMap(name: string, shape: "schemas by name" | "schemas by pattern", value: Json): Problem[] {
  if (!isObject(value))
    return [
      { path: [name], message: "must be an object of schemas", remedy: "Write {name: {type: string}}" },
    ];
  return Object.entries(value).flatMap(([key, schema]) => {
    const problems = shape === "schemas by pattern" ? checkPattern(key, [name, key]) : [];
    // Clients refuse a whole list of tools when one value of properties is a bare boolean (apis.md 1).
    return isObject(schema)
      ? problems
      : [
          ...problems,
          {
            path: [name, key],
            message: "must be a schema, not a bare value",
            remedy: "Write an object, as {type: string}",
          },
        ];
  });
}

function checkPattern(value: Json, path: readonly (string | number)[]): Problem[] {
  if (typeof value !== "string")
    return [{ path, message: "must be a text", remedy: "Write the pattern in quotes" }];
  const pattern = compilePattern(value);
  return "test" in pattern ? [] : [{ path, ...pattern }];
}

function checkFormat(name: string, value: Json): Problem[] {
  if (typeof value === "string" && (FORMATS as readonly string[]).includes(value)) return [];
  const meant = typeof value === "string" ? nearest(value, FORMATS) : undefined;
  const remedy =
    meant === undefined ? `Write one of ${FORMATS.join(", ")}, or a pattern` : `Did you mean ${meant}?`;
  return [{ path: [name], message: "isn't a format that is checked here", remedy }];
}

function isCount(value: Json): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isDistinct(value: unknown): value is readonly Json[] {
  return Array.isArray(value) && value.length > 0 && new Set(value.map(canonicalJson)).size === value.length;
}

function areNames(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((name) => typeof name === "string") &&
    new Set(value).size === value.length
  );
}

function areTypes(value: Json): boolean {
  const isType = (name: Json) => (TYPES as readonly Json[]).includes(name);
  return isType(value) || (isDistinct(value) && value.every(isType));
}
