import type { GetPromptResult, ListPromptsResult } from "@modelcontextprotocol/sdk/types.js";
import { wellFormed } from "../protocol/canonical.js";
import { isObject } from "./message.js";
import { ownPrompts } from "./ownPrompts.js";
import { pageAfter } from "./pages.js";
import type { PromptProvider, Reading } from "./provider.js";
import { invalidParams } from "./rpc.js";

/** The prompts of one session. Everything throws RpcError for what the client did wrong. */
export type Prompts = {
  list(cursor: unknown): ListPromptsResult;
  get(params: unknown, reading: Reading): Promise<GetPromptResult>;
  /** Values for a prompt's argument; undefined when there is no such prompt or argument. */
  complete(name: string, argument: string, reading: Reading): Promise<readonly string[] | undefined>;
};

const MAX_ARGUMENT = 8_000;

export function openPrompts(more: readonly PromptProvider[]): Prompts {
  const providers = [ownPrompts, ...more];

  function find(name: unknown) {
    for (const provider of providers) {
      const prompt = provider.prompts.find((one) => one.name === name);
      if (prompt !== undefined) return { provider, prompt };
    }
    return undefined;
  }

  return {
    list(cursor) {
      const all = providers.flatMap((provider) => provider.prompts);
      const { shown, next } = pageAfter(all, cursor, ({ name }) => name);
      return { prompts: [...shown], ...next };
    },
    async get(params, reading) {
      const { name, arguments: given = {} } = isObject(params) ? params : {};
      const found = find(name);
      if (found === undefined) throw invalidParams("params.name must be a prompt that prompts/list names.");
      const { provider, prompt } = found;
      return provider.get(prompt.name, parseArguments(given, prompt.arguments ?? []), reading);
    },
    async complete(name, argument, reading) {
      const found = find(name);
      if (!found?.prompt.arguments?.some((one) => one.name === argument)) return undefined;
      return (await found.provider.complete?.(name, argument, reading)) ?? [];
    },
  };
}

function parseArguments(
  given: unknown,
  known: readonly { readonly name: string; readonly required?: boolean | undefined }[],
): Readonly<Record<string, string>> {
  if (!isObject(given)) throw invalidParams("params.arguments must be a JSON object of texts.");
  const args: Record<string, string> = {};
  for (const { name, required = false } of known) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined && !required) continue;
    if (typeof value !== "string" || value.length > MAX_ARGUMENT) {
      throw invalidParams(
        `params.arguments.${name} must be a string of at most ${MAX_ARGUMENT} characters${required ? "" : ", or left out"}.`,
      );
    }
    args[name] = wellFormed(value);
  }
  return args;
}
