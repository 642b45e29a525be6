import type { Json, JsonObject } from "../protocol/canonical.js";
import { checkClosable, closeSchema } from "./closed.js";
import { KEYWORDS } from "./keywords.js";
import { checkKeyword, type Role } from "./keywordUse.js";
import { checkPlain } from "./plain.js";
import { beneath, type Problem } from "./problem.js";
import { checkSize } from "./schemaSize.js";
import { isObject, subschemas, typesOf } from "./subschemas.js";
import { hiddenCharacter, REMOVE_HIDDEN } from "./text.js";

/** The one value of `$schema` that a tool's schema may carry; it isn't published. */
const DRAFT = "https://json-schema.org/draft/2020-12/schema";

/**
 * Everything that keeps a schema from being a tool's (hall.md, A skill): keywords, types, references, bounds, patterns,
 * texts; for input objects that can't be closed, for output what draft-07 and 2020-12 read differently.
 */
export function checkToolSchema(schema: unknown, role: Role): Problem[] {
  const problems = checkStructure(schema, role);
  return problems.length > 0 || role === "output" || !isObject(schema) ? problems : checkClosable(schema);
}

/** The same without the question whether objects can be closed. A schema without problems compiles. */
export function checkStructure(schema: unknown, role: Role): Problem[] {
  const plain = checkPlain(schema);
  if (plain.length > 0) return plain;
  if (!isObject(schema)) {
    return [
      { path: [], message: "isn't a schema", remedy: "Write an object with type: object and properties" },
    ];
  }
  const problems = [...checkRoot(schema), ...checkTexts(schema, [])];
  const { $schema: _, ...root } = schema;
  checkSchema(root, [], [], { root, role, problems });
  return problems.length > 0 ? problems : checkSize(root);
}

/** A checked schema as it is published and enforced: without `$schema`, its objects closed if it is for input. */
export function compileSchema(schema: JsonObject, role: Role): JsonObject {
  const { $schema: _, ...own } = schema;
  return role === "input" ? closeSchema(own) : own;
}

type Check = { readonly root: JsonObject; readonly role: Role; readonly problems: Problem[] };
type Path = readonly (string | number)[];

function checkRoot(schema: JsonObject): Problem[] {
  const problems: Problem[] = [];
  if (schema["type"] !== "object") {
    problems.push({
      path: ["type"],
      message: "must be object at the root",
      remedy: "Write type: object, and name the values under properties",
    });
  }
  if (schema["$schema"] !== undefined && schema["$schema"] !== DRAFT) {
    problems.push({
      path: ["$schema"],
      message: "names another dialect than JSON Schema 2020-12",
      remedy: `Remove it, or write ${DRAFT}`,
    });
  }
  return problems;
}

/** `inherited` are the types of the value as the schemas around this one have narrowed them; none when unknown. */
function checkSchema(schema: JsonObject, path: Path, inherited: readonly string[], check: Check): void {
  const report = (at: Path, message: string, remedy: string) =>
    check.problems.push({ path: [...path, ...at], message, remedy });
  for (const [name, value] of Object.entries(schema)) {
    check.problems.push(...beneath(path, checkKeyword(name, value, { ...check, schema })));
  }
  const types = narrow(inherited, typesOf(schema), (type) =>
    report(
      ["type"],
      `is ${type}, but the schema around it allows only ${inherited.join(", ")}`,
      "Make the two agree",
    ),
  );
  for (const name of Object.keys(schema)) {
    const of = KEYWORDS.get(name)?.of;
    if (of !== undefined && !types.includes(of) && !(of === "number" && types.includes("integer"))) {
      report(
        [name],
        `says something about a value of type ${of}, which the schema doesn't name`,
        `Add type: ${of}, or remove ${name}`,
      );
    }
  }
  for (const { schema: inner, path: within, place } of subschemas(schema)) {
    checkSchema(
      inner,
      [...path, ...within],
      place === "same value" ? types : place === "name" ? ["string"] : [],
      check,
    );
  }
}

function narrow(
  inherited: readonly string[],
  own: readonly string[],
  conflict: (type: string) => void,
): readonly string[] {
  if (own.length === 0) return inherited;
  if (inherited.length === 0) return own;
  const within = (types: readonly string[], type: string) =>
    types.includes(type) || (type === "integer" && types.includes("number"));
  for (const type of own) if (!within(inherited, type)) conflict(type);
  return [
    ...inherited.filter((type) => within(own, type)),
    ...own.filter((type) => type === "integer" && !inherited.includes(type)),
  ];
}

/** Every text of a schema, names and values alike, is shown to models. */
function checkTexts(value: Json, path: Path): Problem[] {
  if (typeof value === "string") {
    const hidden = hiddenCharacter(value, path.at(-1) === "description" ? "many lines" : "one line");
    return hidden === undefined ? [] : [{ path, message: hidden, remedy: REMOVE_HIDDEN }];
  }
  if (Array.isArray(value)) return value.flatMap((item: Json, i) => checkTexts(item, [...path, i]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const hidden = hiddenCharacter(name, "one line");
    const problems = checkTexts(member, [...path, name]);
    return hidden === undefined
      ? problems
      : [{ path, message: `has a name that ${hidden}`, remedy: REMOVE_HIDDEN }, ...problems];
  });
}
