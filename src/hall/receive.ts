import { receiveArguments } from "./arguments.js";
import { checkCaller, NOBODY } from "./caller.js";
import type { Call } from "./situation.js";
import type { Caller, InvokeOptions } from "./types.js";

/** What is left of a call that couldn't even be received. */
export const NOBODYS_CALL: Call = {
  caller: NOBODY,
  tool: "",
  received: { ok: false, problems: [] },
  correlation_id: "",
  dry_run: false,
};

/**
 * Step 1 of a call: what was asked, with its arguments as canonical bytes or the bound that they broke. Throws only
 * for a caller that isn't one.
 */
export function receiveCall(
  caller: Caller,
  asked: { readonly tool: unknown; readonly args: unknown; readonly options: InvokeOptions | null },
  uuid: () => string,
): Call {
  const { tool, args, options } = asked;
  return {
    caller: checkCaller(caller),
    tool: foreignText(tool),
    received: receiveArguments(args),
    correlation_id: foreignText(options?.correlationId) || uuid(),
    dry_run: options?.dryRun === true,
  };
}

const MAX_TEXT = 256;

/** Bounded and well-formed; cutting may halve a character, so it comes first. What is no text is none. */
function foreignText(value: unknown): string {
  return typeof value === "string" ? value.slice(0, MAX_TEXT).toWellFormed() : "";
}
