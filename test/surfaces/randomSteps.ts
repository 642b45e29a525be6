import type { Json } from "../../src/protocol/canonical.js";
import type { Person } from "./stage.js";

/** One thing that happens on every stage at once. */
export type Step =
  | {
      readonly do: "call";
      readonly tool: string;
      readonly args: Json;
      readonly person: Person;
      readonly answer?: "yes" | "no" | undefined;
    }
  | { readonly do: "vote"; readonly verdict: "approve" | "deny" }
  | { readonly do: "policy"; readonly policy: "confirm" | "approve" | "stage" | "strict" }
  | { readonly do: "standing"; readonly state: "revoked" | "active" }
  | { readonly do: "wait"; readonly minutes: number };

/** The names of the tools that random calls are about. */
export type RandomCast = {
  readonly reads: string;
  readonly writes: string;
  readonly fails: readonly string[];
  /** Tools that aren't there, or that no rule is about. */
  readonly absent: readonly string[];
  readonly read: (word: string) => Json;
  readonly written: (n: number) => Json;
};

export const OWN_RANDOM: RandomCast = {
  reads: "search_notes",
  writes: "add_note",
  fails: ["throws_text", "lies", "prints", "returns_cycle"],
  absent: ["no_such_tool", "__proto__", "constructor", "Search_notes", ""],
  read: (query) => ({ query }),
  written: (n) => ({ text: `note ${n}` }),
};

export const HOST_RANDOM: RandomCast = {
  reads: "mail",
  writes: "money",
  fails: ["throws"],
  absent: ["ruleless", "impostor"],
  read: (to) => ({ to }),
  written: (sum) => ({ sum }),
};

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Steps without end: mostly calls, and now and then what people, operators and time do. */
export function* randomSteps(random: () => number, cast: RandomCast): Generator<Step, never> {
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let canDecline = true; // MCP shows a form only where a yes in it would count, so there a no can't be said
  for (;;) {
    const luck = random();
    if (luck < 0.03) yield { do: "vote", verdict: oneOf(["approve", "approve", "deny"]) };
    else if (luck < 0.04) {
      const policy = oneOf(["confirm", "confirm", "approve", "approve", "stage", "strict"] as const);
      canDecline = policy !== "approve";
      yield { do: "policy", policy };
    } else if (luck < 0.05) yield { do: "standing", state: oneOf(["revoked", "active", "active"]) };
    else if (luck < 0.06) yield { do: "wait", minutes: oneOf([1, 5, 11, 16]) };
    else {
      const call = randomCall(random, oneOf, cast);
      yield { do: "call", ...call, answer: call.answer === "no" && !canDecline ? undefined : call.answer };
    }
  }
}

type RandomCall = Omit<Extract<Step, { do: "call" }>, "do">;

function randomCall(random: () => number, oneOf: <T>(list: readonly T[]) => T, cast: RandomCast): RandomCall {
  const person = oneOf<Person>(["ann", "bob", "carl"]);
  const hostile = () => JSON.parse(oneOf(HOSTILE)) as Json;
  const luck = random();
  if (luck < 0.3) return { person, tool: cast.reads, args: cast.read(oneOf(WORDS)) };
  if (luck < 0.55) {
    const answer = oneOf([undefined, undefined, undefined, undefined, "yes", "no"] as const); // a yes costs a fresh process;
    return { person, tool: cast.writes, args: cast.written(Math.floor(random() * 12)), answer };
  }
  if (luck < 0.6) return { person, tool: oneOf(cast.fails), args: cast.read(oneOf(WORDS)) };
  if (luck < 0.65) return { person, tool: oneOf(cast.absent), args: cast.read(oneOf(WORDS)) };
  const tool = oneOf([cast.reads, cast.writes]);
  if (luck < 0.8) return { person, tool, args: hostile() };
  return { person, tool, args: mutated(oneOf([cast.read("tea"), cast.written(1)]), oneOf, hostile) };
}

/** Arguments with one member too many, too few, or of another kind. */
function mutated(args: Json, oneOf: <T>(list: readonly T[]) => T, hostile: () => Json): Json {
  const entries = Object.entries(args as Readonly<Record<string, Json>>);
  switch (oneOf(["more", "fewer", "other", "nested"])) {
    case "more":
      return Object.fromEntries([...entries, [oneOf(NAMES), hostile()]]) as Json;
    case "fewer":
      return {};
    case "other":
      return Object.fromEntries(entries.map(([name]) => [name, hostile()])) as Json;
    default:
      return { arguments: args };
  }
}

const WORDS = [
  "tea",
  "TEA green",
  "note 3",
  " ",
  "x".repeat(200),
  "x".repeat(201),
  "ünï\u0000çødé",
  "\u202etxet",
  "",
];
const NAMES = ["extra", "constructor", "toString", "", "tenant_id", "approval_id", "hall", "env"];

/** JSON texts that have tripped somebody. */
const HOSTILE = [
  ...["null", "true", "0", "-0", "1e21", "9007199254740993", '""', '"tea"', "[]", "[[]]", "{}"],
  '{"__proto__":{"admin":true}}',
  '{"query":"tea","__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"toJSON":"no function"}',
  '{"query":"\\ud800"}',
  '{"\\udfff":1}',
  '{"text":"\\u0000\\u001b[31m"}',
  '{"query":{"$ref":"#"}}',
  '{"hall":{"outcome":"done","code":null}}',
  '{"type":"tool_call","args":{"query":"tea"}}',
  '{"lc":1,"type":"constructor","id":["x"],"kwargs":{}}',
  `${"[".repeat(70)}${"]".repeat(70)}`,
  `{"query":${'{"a":'.repeat(80)}1${"}".repeat(80)}}`,
  `{"text":"${"y".repeat(600)}"}`,
  `{"many":[${Array.from({ length: 10_050 }, () => "0").join(",")}]}`,
  `{"big":"${"z".repeat(1_100_000)}"}`,
];
