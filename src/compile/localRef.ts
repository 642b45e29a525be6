import type { Json, JsonObject } from "../protocol/canonical.js";

/** What a reference points to, where that stands, and what references inside it start from. */
export type Located = {
  readonly target: Json;
  readonly base: JsonObject;
  readonly path: readonly (string | number)[];
};

/** Why a reference can't be followed, and what to do. */
export type RefProblem = { readonly message: string; readonly remedy: string };

/**
 * Follows a `$ref` that is a JSON pointer into the schema that it stands in (RFC 6901, as a URI fragment). Nothing is
 * ever fetched, so any other reference is a problem.
 */
export function locate(ref: Json, base: JsonObject): Located | RefProblem {
  const tokens = typeof ref === "string" ? tokensOf(ref) : undefined;
  if (tokens === undefined) {
    return {
      message: "points outside the schema, or to an anchor in it",
      remedy: "Copy what it means into $defs, and write #/$defs/<name>",
    };
  }
  let found: Located = { target: base, base, path: [] };
  for (const token of tokens) {
    const target = memberOf(found.target, token);
    if (target === undefined) return NOWHERE;
    found = { target, base: resourceIn(target) ?? found.base, path: [...found.path, token] };
  }
  return isSchema(found.target) ? found : NOWHERE;
}

const NOWHERE: RefProblem = {
  message: "points to nothing in the schema that is a schema",
  remedy: "Add what it means to $defs, and write #/$defs/<name>",
};

function tokensOf(ref: string): readonly string[] | undefined {
  if (ref === "#") return [];
  if (!ref.startsWith("#/")) return undefined;
  try {
    const tokens = decodeURIComponent(ref.slice(2)).split("/");
    return tokens.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  } catch {
    return undefined;
  }
}

function memberOf(value: Json, token: string): Json | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, token)) return undefined;
  return (value as JsonObject)[token];
}

/** A schema with an address of its own, which the references inside it start from. */
function resourceIn(value: Json): JsonObject | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { $id } = value as JsonObject;
  return typeof $id === "string" && !$id.startsWith("#") ? (value as JsonObject) : undefined;
}

function isSchema(value: Json): boolean {
  return typeof value === "boolean" || (typeof value === "object" && value !== null && !Array.isArray(value));
}
