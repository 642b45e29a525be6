/*
 * V8 in Node 24.21 misreads names with escapes: JSON.parse('{"":0,":":1,"\\"":2}') can give a name "\\" for "\"", after
 * other texts were parsed (seen here on 24.21.0; not on 20.20 nor 22.23). The Hall refuses what doesn't read back as
 * it was written; properties that compare with JSON.parse leave such names out where the engine has the defect.
 */
export const MISREADS_ESCAPED_NAMES = ["", ":", '"', "\n", "\\"].some((first) =>
  ["", ":", '"', "\n", "\\"].some((second) => {
    const text = JSON.stringify({ "": 0, [first]: 1, [second]: 2, x: 3 });
    return JSON.stringify(JSON.parse(text)) !== text;
  }),
);

/** Whether a value can be compared with what JSON.parse makes of its text on this engine. */
export function isReadRight(value: unknown): boolean {
  if (!MISREADS_ESCAPED_NAMES || typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(
    ([name, member]) => !/["\\\u0000-\u001f]/.test(name) && isReadRight(member),
  );
}
