import { canonicalJson, type JsonObject } from "../protocol/canonical.js";
import type { Problem } from "./problem.js";
import { definitionOf, isObject, refName, subschemas } from "./subschemas.js";

/** Bounds of a schema with every reference written out (hall.md, A skill). */
const MAX_BYTES = 65_536;
const MAX_SUBSCHEMAS = 2_000;

/** A definition, or the schema itself under the name "": what it weighs alone, and what it refers to. */
type Part = { readonly bytes: number; readonly count: number; readonly refs: readonly Ref[] };
type Ref = { readonly name: string; readonly sameValue: boolean };
type Weight = { readonly bytes: number; readonly count: number };

/**
 * Refuses references that turn in a circle without going down into the value, and schemas that grow too large when
 * their references are written out. Sums along the references, so nothing is ever expanded: 30 levels of doubling cost
 * 30 sums.
 */
export function checkSize(root: JsonObject): Problem[] {
  const parts = new Map([["", partOf(root)]]);
  const names = Object.keys(isObject(root["$defs"]) ? root["$defs"] : {});
  if (names.length > MAX_SUBSCHEMAS) {
    return [
      {
        path: ["$defs"],
        message: `has over ${MAX_SUBSCHEMAS} definitions`,
        remedy: "Remove those that aren't used",
      },
    ];
  }
  for (const name of names) {
    const definition = definitionOf(root, name);
    if (definition !== undefined) parts.set(name, partOf(definition));
  }
  const circle = findCircle(parts);
  if (circle !== undefined) {
    return [
      {
        path: ["$defs", circle],
        message:
          "refers to itself without going down into a member or item, so checking a value would never end",
        remedy: "Put the reference beneath properties or items",
      },
    ];
  }
  const { bytes, count } = weigh("", parts, new Map(), new Set());
  if (bytes <= MAX_BYTES && count <= MAX_SUBSCHEMAS) return [];
  return [
    {
      path: [],
      message: `is too large with its references written out: ${large(count)} schemas in ${large(bytes)} bytes`,
      remedy: `Keep it to ${MAX_SUBSCHEMAS} schemas and ${MAX_BYTES / 1024} KB: refer to a definition fewer times`,
    },
  ];
}

function partOf(root: JsonObject): Part {
  const refs: Ref[] = [];
  let count = 0;
  const visit = (schema: JsonObject, sameValue: boolean): void => {
    count += 1;
    const name = refName(schema["$ref"]);
    if (name !== undefined) refs.push({ name, sameValue });
    for (const { schema: inner, place } of subschemas(schema)) {
      if (place !== "definition") visit(inner, sameValue && place !== "below");
    }
  };
  visit(root, true);
  const { $defs: _, ...alone } = root;
  return { bytes: Buffer.byteLength(canonicalJson(alone)), count, refs };
}

/** A part that reaches itself through references to the same value alone. */
function findCircle(parts: ReadonlyMap<string, Part>): string | undefined {
  const state = new Map<string, "open" | "done">();
  const visit = (name: string): string | undefined => {
    if (state.get(name) === "open") return name;
    if (state.has(name)) return undefined;
    state.set(name, "open");
    for (const ref of parts.get(name)?.refs ?? []) {
      const found = ref.sameValue ? visit(ref.name) : undefined;
      if (found !== undefined) return found;
    }
    state.set(name, "done");
    return undefined;
  };
  for (const name of parts.keys()) {
    const found = visit(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A recursive reference weighs nothing more: its depth is that of the value, and the validator counts its steps. */
function weigh(
  name: string,
  parts: ReadonlyMap<string, Part>,
  known: Map<string, Weight>,
  open: Set<string>,
): Weight {
  const before = known.get(name);
  const part = parts.get(name);
  if (before !== undefined) return before;
  if (part === undefined || open.has(name)) return { bytes: 0, count: 0 };
  open.add(name);
  let { bytes, count } = part;
  for (const ref of part.refs) {
    const weight = weigh(ref.name, parts, known, open);
    bytes += weight.bytes;
    count += weight.count;
  }
  open.delete(name);
  known.set(name, { bytes, count });
  return { bytes, count };
}

function large(amount: number): string {
  return amount > 1e9 ? "over a thousand million" : String(amount);
}
