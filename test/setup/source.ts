import { parseAstAsync } from "vitest/node";

/** One import, re-export, `import()` or type-level `import("…")` of a file. */
export type Import = {
  readonly from: string;
  /** True when nothing is left of it after the types are stripped. */
  readonly typeOnly: boolean;
  /** True for `import()`, which loads when it is reached. */
  readonly lazy: boolean;
  /** The values taken by name, or the types if it is type-only; `*` for all of them. */
  readonly names: readonly string[];
  readonly line: number;
};

/** A name that stands in code (not in a type, not as a member): `fetch`, `Date.now`, `new Date()`. */
export type Mention = { readonly name: string; readonly line: number };

/** Stands for a name that only running the code would tell. */
export const COMPUTED = "(computed)";

/** What the house rules ask of a source file. Paths are relative to the project's root, with slashes. */
export type Source = {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly mentions: readonly Mention[];
};

/** Reads a TypeScript or JavaScript module. Throws if it doesn't parse. */
export async function readSource(path: string, text: string): Promise<Source> {
  const program = (await parseAstAsync(text, { lang: path.endsWith("ts") ? "ts" : "js" })) as unknown as Node;
  const lineOf = lineCounter(text);
  const imports: Import[] = [];
  const mentions: Mention[] = [];
  walk(program, [], false, (node, parents, inType) => {
    const line = lineOf(node.start);
    const found = importOf(node);
    if (found !== undefined) imports.push({ ...found, line });
    if (inType) return;
    for (const name of namesOf(node, parents)) mentions.push({ name, line });
  });
  return { path, lines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0), imports, mentions };
}

// ESTree with TypeScript's nodes, of which only what is asked below matters.
type Node = { readonly type: string; readonly start: number; readonly [member: string]: unknown };

// Nodes of TypeScript that wrap an expression; every other one stands where a type stands.
const WRAPPERS = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSInstantiationExpression",
]);

type Visit = (node: Node, parents: readonly Node[], inType: boolean) => void;

function walk(node: Node, parents: readonly Node[], outerInType: boolean, visit: Visit): void {
  const inType = outerInType || (node.type.startsWith("TS") && !WRAPPERS.has(node.type));
  visit(node, parents, inType);
  for (const child of Object.values(node)) {
    for (const item of Array.isArray(child) ? child : [child]) {
      if (isNode(item)) walk(item, [node, ...parents], inType, visit);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Partial<Node>).type === "string";
}

function importOf(node: Node): Omit<Import, "line"> | undefined {
  const from = isNode(node["source"]) ? literalOf(node["source"]) : undefined;
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration": {
      if (from === undefined) return undefined;
      const specifiers = node["specifiers"] as readonly Node[];
      const values = specifiers.filter((one) => (one["importKind"] ?? one["exportKind"]) !== "type");
      const names = values.map((specifier) => nameOf(specifier["imported"] ?? specifier["local"], specifier));
      // Without specifiers it is there for its effects. `import { type A }` still loads the module, so it isn't type-only.
      const typeOnly = (node["importKind"] ?? node["exportKind"]) === "type";
      return { from, typeOnly, lazy: false, names };
    }
    case "ExportAllDeclaration":
      return { from: from ?? "", typeOnly: node["exportKind"] === "type", lazy: false, names: ["*"] };
    case "ImportExpression":
      return { from: from ?? COMPUTED, typeOnly: false, lazy: true, names: ["*"] };
    case "TSImportType":
      return { from: from ?? COMPUTED, typeOnly: true, lazy: false, names: ["*"] };
    default:
      return undefined;
  }
}

function nameOf(imported: unknown, specifier: Node): string {
  if (specifier.type === "ImportNamespaceSpecifier") return "*";
  if (specifier.type === "ImportDefaultSpecifier") return "default";
  const node = imported as Node;
  return (node["name"] ?? node["value"]) as string;
}

/** The names that a node puts into code. A member access gives both `process` and `process.env`. */
function namesOf(node: Node, parents: readonly Node[]): readonly string[] {
  const parent = parents[0];
  switch (node.type) {
    case "Identifier":
      return parent !== undefined && isLabel(node, parent) ? [] : [node["name"] as string];
    case "MemberExpression": {
      const object = lastName(node["object"]);
      return object === undefined ? [] : [`${object}.${propertyOf(node) ?? COMPUTED}`];
    }
    case "NewExpression": {
      const bare = (node["arguments"] as readonly Node[]).length === 0;
      return bare ? [`new ${lastName(node["callee"]) ?? ""}()`] : [];
    }
    case "CallExpression":
      return [`${lastName(node["callee"]) ?? ""}()`];
    case "VariableDeclarator":
      // const { env } = process
      return isNode(node["id"]) && node["id"].type === "ObjectPattern"
        ? destructured(node["id"], node["init"])
        : [];
    default:
      return [];
  }
}

function destructured(pattern: Node, init: unknown): readonly string[] {
  const object = lastName(init);
  const properties = pattern["properties"] as readonly Node[];
  if (object === undefined) return [];
  return properties.map(
    (property) => `${object}.${isNode(property["key"]) ? (property["key"]["name"] as string) : "*"}`,
  );
}

/** Whether an identifier only labels a member: `x.name`, `{ name: … }`, a method, an import's far name. */
function isLabel(node: Node, parent: Node): boolean {
  if (parent["computed"] === true) return false;
  if (parent.type === "MemberExpression") return parent["property"] === node;
  if (parent.type === "ImportSpecifier" || parent.type === "ExportSpecifier") return true;
  return parent["key"] === node && parent["value"] !== node;
}

/** `process` of `process`, of `globalThis.process` and of `(process as X)`. */
function lastName(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === "Identifier") return value["name"] as string;
  if (value.type === "MemberExpression") return propertyOf(value);
  return isNode(value["expression"]) ? lastName(value["expression"]) : undefined;
}

function propertyOf(member: Node): string | undefined {
  const property = member["property"] as Node;
  return member["computed"] === true ? literalOf(property) : (property["name"] as string);
}

function literalOf(node: Node): string | undefined {
  return typeof node["value"] === "string" ? node["value"] : undefined;
}

function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => starts.findLastIndex((start) => start <= offset) + 1;
}
