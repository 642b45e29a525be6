/** A value of a JSON text, and where it stands in it. */
export type JsonPlace = {
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
  /** Of an object, in its order. */
  readonly members?: readonly JsonMember[];
};

export type JsonMember = {
  readonly name: string;
  /** Where its name begins. */
  readonly start: number;
  readonly place: JsonPlace;
  /** Where the comma after it stands, if there is one. */
  readonly comma?: number;
};

const MAX_DEPTH = 64;
const SPACE = /[ \t\r\n]*/y;
const RELAXED_SPACE = /(?:[ \t\r\n]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const TEXT = /"(?:[^"\\]+|\\.)*"/y; // JSON.parse looks closer
const LITERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Reads a JSON text with the place of everything in it, so that a part can be changed and the rest stay as it is, byte
 * for byte. `relaxed` takes comments and trailing commas besides. Undefined where it isn't one, or where two members of
 * an object have one name.
 */
export function readPlaces(text: string, relaxed: boolean): JsonPlace | undefined {
  try {
    return new Reader(text, relaxed).readAll();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

class Reader {
  readonly #text: string;
  readonly #relaxed: boolean;
  #at: number;

  constructor(text: string, relaxed: boolean) {
    this.#text = text;
    this.#relaxed = relaxed;
    this.#at = text.startsWith("\u{FEFF}") ? 1 : 0;
  }

  readAll(): JsonPlace {
    const place = this.#readValue(0);
    this.#skipSpace();
    return this.#at === this.#text.length ? place : this.#fail();
  }

  #readValue(depth: number): JsonPlace {
    this.#skipSpace();
    const start = this.#at;
    if (depth > MAX_DEPTH) this.#fail();
    if (this.#take("{")) return this.#readObject(start, depth);
    if (this.#take("[")) return this.#readList(start, depth);
    const value: unknown = JSON.parse(this.#match(TEXT) ?? this.#match(LITERAL) ?? this.#fail());
    return { value, start, end: this.#at };
  }

  #readObject(start: number, depth: number): JsonPlace {
    const members: JsonMember[] = [];
    const names = new Set<string>();
    for (let more = true; more && !this.#closes("}", members.length === 0); ) {
      const from = this.#at;
      const name = JSON.parse(this.#match(TEXT) ?? this.#fail()) as string;
      if (names.has(name)) this.#fail();
      names.add(name);
      this.#skipSpace();
      if (!this.#take(":")) this.#fail();
      const place = this.#readValue(depth + 1);
      this.#skipSpace();
      const comma = this.#at;
      more = this.#take(",");
      members.push({ name, start: from, place, ...(more ? { comma } : {}) });
    }
    if (!this.#take("}")) this.#fail();
    const value = Object.fromEntries(members.map(({ name, place }) => [name, place.value]));
    return { value, start, end: this.#at, members };
  }

  #readList(start: number, depth: number): JsonPlace {
    const items: unknown[] = [];
    for (let more = true; more && !this.#closes("]", items.length === 0); ) {
      items.push(this.#readValue(depth + 1).value);
      this.#skipSpace();
      more = this.#take(",");
    }
    if (!this.#take("]")) this.#fail();
    return { value: items, start, end: this.#at };
  }

  /** Whether the end comes here, where another member or item might. */
  #closes(end: string, isEmpty: boolean): boolean {
    this.#skipSpace();
    return this.#text[this.#at] === end && (isEmpty || this.#relaxed);
  }

  #skipSpace(): void {
    this.#match(this.#relaxed ? RELAXED_SPACE : SPACE);
  }

  #take(character: string): boolean {
    const isThere = this.#text[this.#at] === character;
    if (isThere) this.#at += 1;
    return isThere;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #fail(): never {
    throw new SyntaxError("not JSON");
  }
}
