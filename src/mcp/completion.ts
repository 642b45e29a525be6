import type { CompleteResult } from "@modelcontextprotocol/sdk/types.js";
import { isObject } from "./message.js";
import type { Prompts } from "./prompts.js";
import type { Reading } from "./provider.js";
import type { Resources } from "./resources.js";
import { invalidParams } from "./rpc.js";

const MAX_VALUES = 100; // MCP, Completion

/** Values that begin as the client's text does, from what the caller can see. Throws RpcError -32602. */
export async function complete(
  { prompts, resources }: { readonly prompts: Prompts; readonly resources: Resources },
  params: unknown,
  reading: Reading,
): Promise<CompleteResult> {
  const { ref, argument } = isObject(params) ? params : {};
  const { name, value } = isObject(argument) ? argument : {};
  if (!isObject(ref) || typeof name !== "string" || typeof value !== "string") {
    throw invalidParams("completion needs params.ref and params.argument with a name and a value.");
  }
  const known = await candidates();
  if (known === undefined) {
    throw invalidParams(
      "params.ref and params.argument.name must be those of a prompt or a resource template here.",
    );
  }
  const values = known.filter((candidate) => candidate.startsWith(value));
  return {
    completion: {
      values: values.slice(0, MAX_VALUES),
      total: values.length,
      hasMore: values.length > MAX_VALUES,
    },
  };

  async function candidates(): Promise<readonly string[] | undefined> {
    if (!isObject(ref) || typeof name !== "string") return undefined;
    if (ref["type"] === "ref/prompt") return prompts.complete(String(ref["name"]), name, reading);
    if (ref["type"] === "ref/resource") return resources.complete(String(ref["uri"]), name, reading);
    return undefined;
  }
}
