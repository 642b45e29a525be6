/** How an object of certain names is written: the names in the order of RFC 8785, and what stands before each value. */
export type Shape = {
  readonly sorted: readonly string[];
  /** `{"a":`, `,"b":` and so on. */
  readonly spelled: readonly string[];
};

type Known = Shape & { readonly names: readonly string[] };

/** Shapes of foreign objects pass through here too: they can push others out, never grow what is kept. */
const MAX_FIRST_NAMES = 128;
const MAX_ALIKE = 8;
const MAX_NAMES = 64;
const MAX_LETTERS = 2_048;

/**
 * Gives the shape of an object by its names, in whatever order they are. The same few shapes are written again and
 * again, and sorting and spelling names would be most of the work, so shapes are remembered; `spell` writes one name.
 */
export function rememberShapes(spell: (name: string) => string): (names: readonly string[]) => Shape {
  const known = new Map<string, Known[]>(); // by the first name
  return (names) => {
    const first = names[0] ?? "";
    const alike = known.get(first) ?? [];
    for (const shape of alike) {
      if (isSame(shape.names, names)) return shape;
    }
    const shape = shapeOf(names, spell);
    if (isWorthKeeping(names)) {
      if (alike.length === MAX_ALIKE) alike.shift();
      if (known.size === MAX_FIRST_NAMES) known.clear();
      alike.push(shape);
      known.set(first, alike);
    }
    return shape;
  };
}

function shapeOf(names: readonly string[], spell: (name: string) => string): Known {
  const sorted = [...names].sort(); // UTF-16 code units, as RFC 8785 section 3.2.3 asks
  return { names, sorted, spelled: sorted.map((name, i) => `${i === 0 ? "{" : ","}${spell(name)}:`) };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function isWorthKeeping(names: readonly string[]): boolean {
  return names.length <= MAX_NAMES && names.reduce((sum, name) => sum + name.length, 0) <= MAX_LETTERS;
}
