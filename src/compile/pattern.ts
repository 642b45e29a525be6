import { createRequire } from "node:module";

/** Patterns run on re2js, in linear time; it loads with the first pattern. */
const require = createRequire(import.meta.url);
let engine: typeof import("re2js").RE2JS | undefined;

/** A compiled pattern. `cost` is about how many steps it takes for each character. */
export type Pattern = { readonly test: (text: string) => boolean; readonly cost: number };

/** Why a pattern can't be used, and what to do. */
export type PatternProblem = { readonly message: string; readonly remedy: string };

const MAX_PATTERN = 1_000;

/** Compiles a pattern of a schema (ECMA-262 with flag u), or says why it can't. */
export function compilePattern(source: string): Pattern | PatternProblem {
  if (source.length > MAX_PATTERN) {
    return {
      message: `is a pattern of over ${MAX_PATTERN} characters`,
      remedy: "Make it shorter, or use an enum",
    };
  }
  try {
    new RegExp(source, "u"); // clients compile it so: one bad pattern would cost them the whole list of tools
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message.replace(/^.*\/u: /, "") : "unreadable";
    return {
      message: `isn't a regular expression (${reason})`,
      remedy: "Write it as JavaScript with flag u reads it; escape only what needs it",
    };
  }
  const text = toLinear(source);
  if (typeof text !== "string") return text;
  try {
    engine ??= (require("re2js") as typeof import("re2js")).RE2JS;
    const compiled = engine.compile(text);
    return { test: (input) => compiled.test(input), cost: compiled.programSize() };
  } catch {
    return {
      message: "is a pattern that can't run in linear time",
      remedy:
        "Repeat at most 1,000 times in all, and use general categories such as \\p{L} instead of scripts",
    };
  }
}

/** White space as ECMA-262 has it, as ranges of a character class; RE2's own \s is ASCII only. */
const SPACE =
  "\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";
const NOT_SPACE =
  "\\x{0}-\\x{8}\\x{e}-\\x{1f}!-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}" +
  "\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}";
const TOKEN =
  /\\(?:u\{[0-9a-f]+\}|ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|u[0-9a-f]{4}|x[0-9a-f]{2}|c[a-z]|.)|\[\^?\]?|\(\?|./gisu;

/**
 * The same pattern in RE2's words, so that the Hall and a client that reads the published schema agree. `source` is
 * valid ECMA-262 with flag u, which leaves few escapes.
 */
function toLinear(source: string): string | PatternProblem {
  let refused: PatternProblem | undefined;
  let inClass = false;
  const text = source.replace(TOKEN, (token, offset: number) => {
    if (token.length > 1 && token.startsWith("\\")) {
      refused ??= refuseEscape(token);
      return translateEscape(token, inClass);
    }
    if (inClass) {
      inClass = !token.endsWith("]");
      return token.startsWith("[") ? `\\${token}` : token;
    }
    if (token === "[^]") return "[\\x{0}-\\x{10ffff}]";
    if (token === "[]")
      refused ??= { message: "has an empty class []", remedy: "Remove it: it matches nothing" };
    if (token.startsWith("[")) inClass = true;
    if (token === ".") return "[^\\n\\r\\x{2028}\\x{2029}]";
    if (token !== "(?") return token;
    const rest = source.slice(offset + 2, offset + 4);
    if (!/^(?::|<[^=!])/.test(rest)) refused ??= LOOK_AROUND;
    return rest.startsWith("<") ? "(?P" : "(?";
  });
  return refused ?? text;
}

const LOOK_AROUND: PatternProblem = {
  message: "uses look-around or inline flags, which an engine of linear time can't run",
  remedy: "Say what the text looks like without (?=, (?!, (?<=, (?<! or (?i:",
};
const BACKREFERENCE: PatternProblem = {
  message: "uses a backreference, which an engine of linear time can't run",
  remedy: "Write out what is repeated",
};

function refuseEscape(token: string): PatternProblem | undefined {
  return /^\\[1-9k]/.test(token) ? BACKREFERENCE : undefined;
}

function translateEscape(token: string, inClass: boolean): string {
  const letter = token.charAt(1);
  const hex = /^\\[ux]\{?([0-9a-f]+)\}?$/i.exec(token)?.[1];
  if (hex !== undefined) return `\\x{${hex}}`;
  const pair = /^\\u(d[0-9a-f]{3})\\u(d[0-9a-f]{3})$/i.exec(token);
  if (pair !== null) {
    const [high, low] = [Number.parseInt(pair[1] ?? "", 16), Number.parseInt(pair[2] ?? "", 16)];
    return `\\x{${(String.fromCharCode(high, low).codePointAt(0) ?? 0).toString(16)}}`;
  }
  if (letter === "c") return `\\x{${(token.charCodeAt(2) % 32).toString(16)}}`;
  if (letter === "s") return inClass ? SPACE : `[${SPACE}]`;
  if (letter === "S") return inClass ? NOT_SPACE : `[${NOT_SPACE}]`;
  if (letter === "0") return "\\x{0}";
  if (letter === "b" && inClass) return "\\x{8}";
  return token;
}
