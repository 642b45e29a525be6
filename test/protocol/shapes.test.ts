import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rememberShapes } from "../../src/protocol/shapes.js";

const plain = (names: readonly string[]) => {
  const sorted = [...names].sort();
  return { sorted, spelled: sorted.map((name, i) => `${i === 0 ? "{" : ","}<${name}>:`) };
};

describe("remembered shapes", () => {
  test("are those of the names given, however many came before and however alike", () => {
    const shapeOf = rememberShapes((name) => `<${name}>`);
    const names = fc.uniqueArray(fc.string({ unit: fc.constantFrom("a", "b", "c", ","), maxLength: 3 }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(fc.array(names, { maxLength: 60 }), (lists) => {
        for (const list of [...lists, ...lists]) expect(shapeOf(list)).toMatchObject(plain(list));
      }),
    );
  });

  test("are spelled once, until others push them out", () => {
    let spelled = 0;
    const shapeOf = rememberShapes((name) => {
      spelled++;
      return name;
    });
    const own = ["b", "a"];
    for (let i = 0; i < 100; i++) shapeOf([...own]);
    expect(spelled).toBe(2);
    for (let i = 0; i < 10_000; i++) shapeOf([`foreign ${i}`]);
    expect(shapeOf(own).sorted).toEqual(["a", "b"]);
    expect(spelled).toBe(2 + 10_000 + 2);
  });

  test("of many or long names are made anew each time, so that foreign objects fill no memory", () => {
    const shapeOf = rememberShapes((name) => name);
    const many = Array.from({ length: 65 }, (_, i) => `n${i}`);
    const long = ["x".repeat(3_000)];
    for (const names of [many, long]) expect(shapeOf(names)).not.toBe(shapeOf(names));
    expect(shapeOf(["a"])).toBe(shapeOf(["a"]));
  });

  test("that can't be spelled aren't remembered", () => {
    const shapeOf = rememberShapes((name) => {
      if (name === "bad") throw new TypeError("bad");
      return name;
    });
    for (let i = 0; i < 3; i++) expect(() => shapeOf(["a", "bad"])).toThrow(TypeError);
  });
});
