import type { Json } from "../protocol/canonical.js";
import { type ForeignDefinition, foreignDefinition, HOST_ORIGIN } from "../protocol/foreign.js";
import { CapabilityIdSchema, SkillNameSchema } from "../protocol/ids.js";
import type { Outcome } from "../protocol/outcome.js";
import { HallDenied, HallFailed, HallHeld } from "./refusal.js";
import { jsonSchemaOf, type SchemaSource } from "./schemaSource.js";
import type { Gate, GuardedCall, InvokeOptions } from "./types.js";

/** What belongs to one call; given with a function's options it holds for each of its calls. */
export type GovernedCall = Pick<InvokeOptions, "signal" | "onHold" | "correlationId">;

export type GovernedOptions = GovernedCall & {
  /** Under which the function is pinned and recorded; its own name when left out. */
  readonly name?: string;
  readonly title?: string;
  readonly description?: string;
  /** JSON Schema of the input, or a zod 4 object; any object when left out. */
  readonly input?: SchemaSource;
  /** JSON Schema of the result, or a zod 4 schema; a result that breaks it is withheld. */
  readonly output?: SchemaSource;
  /** Where the function is from, `host` when left out; standing and bans know it as `<the home's namespace>/<origin>`. */
  readonly origin?: string;
};

/** Input may be left out where every member of it may. */
type Asked<I> = Partial<I> extends I ? [input?: I, call?: GovernedCall] : [input: I, call?: GovernedCall];

/** A function of the host's that runs only through a gate. */
export type Governed<I, O> = {
  /** The function's result. Throws HallDenied, HallHeld or HallFailed where there is none. */
  (...asked: Asked<I>): Promise<O>;
  /** The same call as an Outcome; a refusal is a value. */
  attempt(...asked: Asked<I>): Promise<Outcome<O>>;
  /** Decides and records; runs nothing and opens no hold. */
  preview(...asked: Asked<I>): Promise<Outcome<O>>;
};

/**
 * Puts a function of the host's behind a gate: each call is decided, recorded and only then run, here in this process.
 *
 * The function takes one JSON object, and beside it the signal that ends the call. It gets the object as it was decided
 * on: a copy in which dates are texts and undefined members are gone; a schema's defaults, transforms and refinements
 * don't run. Positional arguments have no names that a schema or an approver could speak of, so more than one is
 * misuse: wrap `({ from, to }) => transfer(from, to)`.
 *
 * Name, texts and schemas are pinned by digest: once changed, the function is denied until an operator accepts it.
 * Throws TypeError naming every problem of what it is given, here and for misuse at a call.
 */
export function governed<I extends object, O>(
  gate: Gate,
  capability: string,
  fn: (input: I, signal: AbortSignal) => O,
  options: GovernedOptions = {},
): Governed<I, Awaited<O>> {
  const { name = fn.name, origin } = options;
  const always = callOptions(options);
  const definition = defined(capability, name, options);
  const through = gate.through("function");

  const callOf = (asked: Asked<I>): GuardedCall<Awaited<O>> => {
    const [args = {}, once] = asked;
    if (asked.length > 2 || !isCallOptions(once))
      throw new TypeError(
        `${name} is governed: it takes one object, and then only signal, onHold, correlationId.`,
      );
    const from = origin === undefined ? {} : { origin };
    return { definition, capability, ...from, args, options: { ...always, ...(once && callOptions(once)) } };
  };
  const attempt = (asked: Asked<I>, threw: (cause: unknown) => void) =>
    through.guard(callOf(asked), async (args, signal): Promise<Awaited<O>> => {
      try {
        return (await fn(args as Json & I, signal)) as Awaited<O>;
      } catch (cause) {
        threw(cause);
        throw cause;
      }
    });

  const call = async (...asked: Asked<I>): Promise<Awaited<O>> => {
    let failure: ErrorOptions = {};
    const outcome = await attempt(asked, (cause) => {
      failure = { cause };
    });
    if (outcome.kind === "done") return outcome.output;
    throw thrownFor(outcome, failure);
  };
  return Object.freeze(
    Object.assign(call, {
      attempt: async (...asked: Asked<I>) => attempt(asked, () => {}),
      preview: async (...asked: Asked<I>) => through.guard(callOf(asked), null),
    }),
  );
}

/** Anything else is an argument that would be lost. */
function isCallOptions(once: unknown): boolean {
  if (once === undefined) return true;
  return typeof once === "object" && once !== null && Object.keys(once).every((key) => CALL_OPTIONS.has(key));
}

const CALL_OPTIONS: ReadonlySet<string> = new Set(["signal", "onHold", "correlationId"]);

/** Nothing else of InvokeOptions: a governed function either runs or says why it didn't. */
function callOptions({ signal, onHold, correlationId }: GovernedCall): InvokeOptions {
  return {
    ...(signal && { signal }),
    ...(onHold && { onHold }),
    ...(correlationId !== undefined && { correlationId }),
  };
}

function thrownFor(outcome: Exclude<Outcome<unknown>, { kind: "done" }>, failure: ErrorOptions): Error {
  switch (outcome.kind) {
    case "denied":
      return new HallDenied(outcome);
    case "held":
      return new HallHeld(outcome);
    case "failed":
      return new HallFailed(outcome, failure);
    case "dry_run":
      return new TypeError("A preview gives no result: call preview.");
  }
}

/** The definition that is pinned; it never changes while the function lives. */
function defined(capability: string, name: string, options: GovernedOptions): ForeignDefinition {
  const problems: string[] = [];
  const trying = <T>(member: string, make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      problems.push(`${member}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const schema = (member: "input" | "output") => {
    const source = options[member];
    return source === undefined ? undefined : trying(member, () => jsonSchemaOf(source, member));
  };
  if (name === "") problems.push("name: the function has none; give one as options.name");
  const { title, description, origin = HOST_ORIGIN } = options;
  for (const [member, known] of [
    ["capability", CapabilityIdSchema.safeParse(capability)],
    ["origin", SkillNameSchema.safeParse(origin)],
  ] as const)
    if (!known.success) problems.push(`${member}: ${known.error.issues.map((it) => it.message).join("; ")}`);
  const [input_schema, output_schema] = [schema("input"), schema("output")];
  if (problems.length > 0) throw new TypeError(`A function can't be governed: ${problems.join("; ")}`);
  return foreignDefinition({ name, title, description, input_schema, output_schema });
}
