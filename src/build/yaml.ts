import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  type Scalar,
  type YAMLMap,
} from "yaml";
import type { Json } from "../protocol/canonical.js";
import { type BuildProblem, formatPath, type ManifestPath } from "./problem.js";

export const MAX_MANIFEST_BYTES = 256 * 1024;
const MAX_DEPTH = 64;
const MAX_ALIKE = 20; // what comes after that is mostly an echo, or an attack

/** Where a value stands, and the text of a plain scalar as it was written. */
export type Position = { readonly line: number; readonly column: number; readonly text?: string };

/** A manifest's text, read. A value that can't be had is null, and `wasRead` is false for its path. */
export type ManifestText = {
  /** undefined when there is no single document to speak of. */
  readonly value: Json | undefined;
  readonly problems: readonly BuildProblem[];
  /** The position of what is at a path, or of its nearest ancestor. */
  at(path: ManifestPath): Position | undefined;
  wasRead(path: ManifestPath): boolean;
};

/**
 * A manifest in YAML 1.2 core, without what makes YAML surprising: anchors, aliases, tags, merge keys, directives,
 * duplicate names, names that aren't text, numbers that JSON can't hold (hall.md, A skill). At most 256 KB.
 * Nothing is expanded, so no text costs more than its length. Never throws on text.
 */
export function parseManifestText(text: string, file: string): ManifestText {
  if (Buffer.byteLength(text) > MAX_MANIFEST_BYTES)
    return unreadable({
      file,
      message: "larger than 256 KB",
      remedy: "A manifest is text for people: move data out",
    });
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const reader = new Reader(file, lines);
  const directive = tokens.find((token) => token.type === "directive");
  if (directive !== undefined)
    reader.report([], directive.offset, "a YAML directive", "Remove the line; the manifest is YAML 1.2");
  const options = {
    version: "1.2",
    schema: "core",
    merge: false,
    uniqueKeys: false,
    logLevel: "silent",
  } as const;
  const documents = [...new Composer(options).compose(tokens)];
  const [first, second] = documents;
  if (first === undefined || isNothing(first))
    return unreadable({
      file,
      message: "empty",
      remedy:
        'Write the manifest: "hall skill init NAME" writes one, and the README of wcp-hall lists its members',
    });
  if (second !== undefined)
    reader.report([], second.range[0], "a second document", "Keep one document, without --- in between");
  return reader.readDocument(first);
}

function isNothing({ contents, errors }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && errors.length === 0);
}

function unreadable(problem: BuildProblem): ManifestText {
  return { value: undefined, problems: [problem], at: () => undefined, wasRead: () => false };
}

/** One walk over the nodes makes the value, the positions and the problems. */
class Reader {
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #problems: BuildProblem[] = [];
  readonly #positions = new Map<string, Position>();
  readonly #unread = new Set<string>();
  /** How often each remedy was given: it tells the kind of a problem. */
  readonly #alike = new Map<string, number>();

  constructor(file: string, lines: LineCounter) {
    this.#file = file;
    this.#lines = lines;
  }

  report(path: ManifestPath, offset: number | undefined, message: string, remedy: string): void {
    const count = (this.#alike.get(remedy) ?? 0) + 1;
    this.#alike.set(remedy, count);
    if (count > MAX_ALIKE) return;
    const line = offset === undefined ? {} : { line: this.#lines.linePos(offset).line };
    const place = path.length === 0 ? {} : { path: formatPath(path) };
    this.#problems.push({ file: this.#file, ...line, ...place, message, remedy });
  }

  readDocument(document: Document.Parsed): ManifestText {
    const said = new Set<string>();
    const tabs = document.errors.filter(({ code }) => code === "TAB_AS_INDENT");
    for (const error of tabs.length > 0 ? tabs : document.errors) {
      const deep = error.code === "RESOURCE_EXHAUSTION";
      const message = deep ? "nested too deeply" : lowerFirst(error.message);
      const remedy = tabs.length > 0 ? "Indent with spaces, here and below" : "Correct the YAML here";
      if (!said.has(message)) this.report([], error.pos[0], message, remedy);
      said.add(message); // the same mistake further on is the first one's echo
    }
    const broken = document.errors.length > 0;
    const value = broken ? undefined : this.#read(document.contents, []);
    for (const [remedy, count] of this.#alike) {
      const more = count - MAX_ALIKE;
      if (more > 0)
        this.#problems.push({ file: this.#file, message: `${more} more problems like it`, remedy });
    }
    return {
      value,
      problems: this.#problems,
      at: (path) => this.#nearest(path),
      wasRead: (path) => !this.#unread.has(JSON.stringify(path)),
    };
  }

  #nearest(path: ManifestPath): Position | undefined {
    for (let length = path.length; length >= 0; length--) {
      const position = this.#positions.get(JSON.stringify(path.slice(0, length)));
      if (position !== undefined) return position;
    }
    return undefined;
  }

  /** People look for the name; the value may start lines below. So a member's place is that of its name. */
  #mark(path: ManifestPath, place: Node | null, value: Node | null): void {
    const at = JSON.stringify(path);
    const offset = place?.range?.[0];
    if (offset === undefined || this.#positions.has(at)) return;
    const { line, col } = this.#lines.linePos(offset);
    const text = isScalar(value) && value.type === "PLAIN" ? value.source : undefined;
    this.#positions.set(at, { line, column: col, ...(text === undefined ? {} : { text }) });
  }

  #read(node: Node | null, path: ManifestPath): Json {
    this.#mark(path, node, node);
    if (node === null) return null;
    const offset = node.range?.[0];
    if (path.length > MAX_DEPTH) {
      return this.#refuse(path, offset, `nested more than ${MAX_DEPTH} levels deep`, "Make it flatter");
    }
    if (isAlias(node)) return this.#refuse(path, offset, `an alias, *${node.source}`, "Write the value out");
    if (node.anchor !== undefined)
      this.report(path, offset, `an anchor, &${node.anchor}`, "Write the value out where it is used");
    if (node.tag !== undefined)
      this.report(path, offset, "a tag", "Remove it; quotes make text, nothing else needs a tag");
    if (isScalar(node)) return this.#readScalar(node, path);
    if (isMap(node)) return this.#readMap(node as YAMLMap<Node, Node | null>, path);
    return node.items.map((item, i) => this.#read(item as Node, [...path, i]));
  }

  #refuse(path: ManifestPath, offset: number | undefined, message: string, remedy: string): null {
    this.#unread.add(JSON.stringify(path));
    this.report(path, offset, message, remedy);
    return null;
  }

  #readScalar(node: Scalar, path: ManifestPath): Json {
    const { value } = node;
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    const exact = typeof value === "number" && Number.isFinite(value);
    if (exact && (!Number.isInteger(value) || Number.isSafeInteger(value))) return value;
    const remedy = "Write a smaller number, or quote it";
    return this.#refuse(path, node.range?.[0], "a number that JSON can't hold exactly", remedy);
  }

  #readMap(node: YAMLMap<Node, Node | null>, path: ManifestPath): Json {
    const members = new Map<string, Json>();
    for (const pair of node.items) {
      const name = this.#readName(pair, path);
      if (name === undefined) continue;
      const at = [...path, name];
      if (members.has(name)) {
        const line = this.#nearest(at)?.line;
        this.report(at, pair.key.range?.[0], `the same name as on line ${line}`, "Keep one of the two");
        continue;
      }
      this.#mark(at, pair.key, pair.value);
      members.set(name, this.#read(pair.value, at));
    }
    return Object.fromEntries(members);
  }

  #readName({ key }: Pair<Node, Node | null>, path: ManifestPath): string | undefined {
    const offset = key.range?.[0];
    if (!isScalar(key) || typeof key.value !== "string") {
      this.report(path, offset, "a name that isn't text", "Put it in quotes");
      return undefined;
    }
    if (key.anchor !== undefined || key.tag !== undefined)
      this.report(path, offset, "an anchor or tag on a name", "Remove it");
    if (key.value === "<<" && key.type === "PLAIN") {
      this.report(path, offset, "a merge key, <<", "Write the members out");
      return undefined;
    }
    if (key.value === "__proto__") {
      this.report(path, offset, "a member named __proto__", "Choose another name");
      return undefined;
    }
    return key.value;
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
