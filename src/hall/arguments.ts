import { CanonicalError, canonicalJson, encode, type Json, parseCanonical } from "../protocol/canonical.js";
import type { InputProblem } from "../protocol/facts.js";

/** Bounds of a call's arguments (formats.md, Numbers). */
const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 64;
const MAX_ELEMENTS = 10_000;

/** Arguments as the one byte string that is validated, committed, shown and run, or where they broke a bound. */
export type Received =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly value: Json }
  | { readonly ok: false; readonly problems: readonly InputProblem[] };

/**
 * Step 1 of a call: foreign arguments become canonical bytes once. A value from inside the process goes through
 * JSON.stringify once before, so getters and toJSON run one time and what was checked is what runs.
 */
export function receiveArguments(args: unknown): Received {
  try {
    const text = JSON.stringify(args === undefined ? {} : args, refuseInfinite);
    if (text === undefined) return refused("type");
    if (Buffer.byteLength(text) > MAX_BYTES) return refused("maxBytes");
    const broken = brokenBound(JSON.parse(text) as Json);
    if (broken !== undefined) return refused(broken);
    const bytes = encode(canonicalJson(JSON.parse(text)));
    if (bytes.byteLength > MAX_BYTES) return refused("maxBytes");
    // Reading back must give the same bytes: an engine that misreads a name (test/setup/engine.ts) runs nothing.
    return { ok: true, bytes, value: parseCanonical(bytes) };
  } catch (error) {
    if (error instanceof OutOfRange) return refused("maximum");
    // JSON.stringify overflows the stack on deep values; canonicalJson refuses what has no canonical text.
    if (error instanceof RangeError) return refused("maxDepth");
    return refused(error instanceof CanonicalError ? "canonical" : "json");
  }
}

class OutOfRange extends Error {
  override readonly name = "OutOfRange";
}

/** JSON text can say 1e400, which is read as Infinity; JSON.stringify would make null of it, a value nobody sent. */
function refuseInfinite(_name: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) throw new OutOfRange();
  return value;
}

function refused(keyword: string): Received {
  return { ok: false, problems: [{ path: "", keyword }] };
}

/** The first broken bound, found without recursion: the value may be 100,000 deep. */
function brokenBound(root: Json): string | undefined {
  const stack: { value: Json; depth: number }[] = [{ value: root, depth: 1 }];
  let elements = 0;
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { value, depth } = top;
    if (++elements > MAX_ELEMENTS) return "maxElements";
    if (typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER) return "maximum";
    if (typeof value !== "object" || value === null) continue;
    if (depth > MAX_DEPTH) return "maxDepth";
    if (!Array.isArray(value) && Object.hasOwn(value, "__proto__")) return "__proto__";
    for (const member of Object.values(value)) stack.push({ value: member as Json, depth: depth + 1 });
  }
  return undefined;
}
