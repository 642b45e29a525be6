import type { JsonObject } from "../protocol/canonical.js";
import type { Problem } from "./problem.js";
import { definitionOf, mapSubschemas, refName, type Subschema, subschemas, typesOf } from "./subschemas.js";

/*
 * An input schema is strict: an object that doesn't say what else it may hold holds nothing else. A schema that stands
 * for a whole value is closed there. One that describes a part of the same object (allOf, then, anyOf beside
 * properties) isn't, or the parts would refuse each other's members: the schema that holds the parts is closed, with
 * unevaluatedProperties. Conditions (not, if, contains) are left as they are: closing them would let more through.
 */
type Stand = "whole" | "part" | "condition";

/** An input schema with each of its objects closed, unless it says itself what else it may hold. */
export function closeSchema(schema: JsonObject): JsonObject {
  return close(schema, "whole");
}

function close(schema: JsonObject, stand: Stand): JsonObject {
  if (stand === "condition") return schema;
  const inner = mapSubschemas(schema, (found) => close(found.schema, standOf(found, schema, stand)));
  if (stand === "part" || !isObjectSchema(schema) || saysWhatElse(schema)) return inner;
  return { ...inner, [isInParts(schema) ? "unevaluatedProperties" : "additionalProperties"]: false };
}

function standOf(found: Subschema, holder: JsonObject, stand: Stand): Stand {
  if (stand === "condition" || found.condition || found.place === "name") return "condition";
  if (found.place !== "same value") return "whole";
  const alternatives = found.keyword === "anyOf" || found.keyword === "oneOf";
  return alternatives && stand === "whole" && !isObjectSchema(holder) ? "whole" : "part";
}

/** What can't be closed without changing its meaning, in a schema that is otherwise in order. */
export function checkClosable(root: JsonObject): Problem[] {
  const problems: Problem[] = [];
  const visit = (
    schema: JsonObject,
    path: readonly (string | number)[],
    stand: Stand,
    holderIsClosed: boolean,
  ): void => {
    const target = resolve(root, schema);
    const partly = stand !== "whole" || (isObjectSchema(schema) && target !== schema);
    if (partly && target !== schema && isObjectSchema(target) && !saysWhatElse(target)) {
      problems.push({
        path: [...path, "$ref"],
        message:
          "takes a closed object as a part or condition of another, which then refuses the other's members",
        remedy: "Write the definition's properties here, or say additionalProperties in the definition",
      });
    }
    if (stand === "part" && !holderIsClosed && isObjectSchema(schema) && !saysWhatElse(schema)) {
      problems.push({
        path,
        message: "describes a part of an object, but nothing says which whole is closed",
        remedy: "Write type: object in the schema that holds it, or additionalProperties here",
      });
    }
    for (const found of subschemas(schema)) {
      const inner = standOf(found, schema, stand);
      visit(
        found.schema,
        [...path, ...found.path],
        inner,
        isObjectSchema(schema) || (stand === "part" && holderIsClosed),
      );
    }
  };
  visit(root, [], "whole", false);
  return problems;
}

function isObjectSchema(schema: JsonObject): boolean {
  return typesOf(schema).includes("object");
}

function saysWhatElse(schema: JsonObject): boolean {
  return schema["additionalProperties"] !== undefined || schema["unevaluatedProperties"] !== undefined;
}

function isInParts(schema: JsonObject): boolean {
  return (
    schema["$ref"] !== undefined ||
    subschemas(schema).some((found) => found.place === "same value" && !found.condition)
  );
}

/** The schema at the end of a chain of references. */
function resolve(root: JsonObject, schema: JsonObject): JsonObject {
  let here = schema;
  for (let steps = 0; steps < 64; steps++) {
    const name = refName(here["$ref"]);
    const next = name === undefined ? undefined : definitionOf(root, name);
    if (next === undefined) break;
    here = next;
  }
  return here;
}
