import { canonicalBytes, parseCanonical } from "../protocol/canonical.js";
import { type ForeignDefinition, ForeignDefinitionSchema, foreignDefinition } from "../protocol/foreign.js";
import { receiveArguments } from "./arguments.js";
import { checkCaller, NOBODY } from "./caller.js";
import type { Call, ForeignCall, ForeignSaid } from "./situation.js";
import type { Caller, InvokeOptions } from "./types.js";

/** What is left of a call that couldn't even be received. */
export const NOBODYS_CALL: Call = {
  caller: NOBODY,
  tool: "",
  received: { ok: false, problems: [] },
  correlation_id: "",
  dry_run: false,
  opens_hold: false,
  foreign: null,
};

/**
 * Step 1 of a call: what was asked, with its arguments as canonical bytes or the bound that they broke. Throws only
 * for a caller that isn't one.
 */
export function receiveCall(
  caller: Caller,
  asked: {
    readonly tool: unknown;
    readonly args: unknown;
    readonly options: InvokeOptions | null;
    readonly foreign?: ForeignSaid;
  },
  uuid: () => string,
): Call {
  const { tool, args, options, foreign } = asked;
  return {
    caller: checkCaller(caller),
    tool: foreignText(tool),
    received: receiveArguments(args),
    correlation_id: foreignText(options?.correlationId) || uuid(),
    dry_run: options?.dryRun === true,
    opens_hold: options?.openHold === true && options.dryRun !== true,
    foreign: foreign === undefined ? null : receiveForeign(foreign),
  };
}

/** A definition as its own copy. One that has no canonical text, or isn't a definition, stays unreadable: it is denied. */
function receiveForeign({ definition, capability, origin, acceptedBy }: ForeignSaid): ForeignCall {
  const whose = {
    capability: foreignText(capability),
    origin: foreignText(origin),
    ...(acceptedBy === undefined ? {} : { acceptedBy }),
  };
  try {
    const bytes = canonicalBytes(definition);
    if (bytes.byteLength > MAX_DEFINITION_BYTES) throw new RangeError("a definition of more than 256 KiB");
    const copy = ForeignDefinitionSchema.parse(parseCanonical(bytes));
    return { ...whose, definition: copy, isReadable: true };
  } catch {
    const name = foreignText((definition as Partial<ForeignDefinition> | null)?.name);
    return { ...whose, definition: foreignDefinition({ name }), isReadable: false };
  }
}

const MAX_TEXT = 256;
const MAX_DEFINITION_BYTES = 262_144;

/** Bounded and well-formed; cutting may halve a character, so it comes first. What is no text is none. */
function foreignText(value: unknown): string {
  return typeof value === "string" ? value.slice(0, MAX_TEXT).toWellFormed() : "";
}
