import type { ToolRunnableConfig } from "@langchain/core/tools";
import type { InvokeOptions } from "../../src/hall/types.js";
import type { Progress } from "../../src/protocol/outcome.js";
import type { Asked } from "./message.js";

/** The members of LangGraph's config that a call is told by. */
type GraphConfig = {
  readonly signal?: AbortSignal | undefined;
  readonly configurable?: Readonly<Record<string, unknown>> | undefined;
  readonly writer?: ((chunk: unknown) => void) | undefined;
};

/** What LangChain's config says about one call: when to stop, where progress goes, and what it belongs to. */
export function invokeOptions(config: ToolRunnableConfig | undefined, asked: Asked): InvokeOptions {
  const { signal, configurable, writer } = (config ?? {}) as GraphConfig;
  const correlationId = correlationOf(configurable, asked);
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(typeof writer === "function" ? { onProgress: (progress) => report(writer, asked, progress) } : {}),
  };
}

/** `configurable.correlation_id` if the program set one, else thread and tool call. The gate makes one of nothing. */
export function correlationOf(
  configurable: Readonly<Record<string, unknown>> | undefined,
  { id }: Asked,
): string | undefined {
  const { correlation_id, thread_id } = configurable ?? {};
  if (typeof correlation_id === "string" && correlation_id !== "") return correlation_id;
  const parts = [thread_id, id].filter((part) => typeof part === "string" && part !== "");
  return parts.length === 0 ? undefined : parts.join("/");
}

/** A line of the graph's custom stream. A listener that throws must not touch the call. */
function report(writer: (chunk: unknown) => void, { id, name }: Asked, progress: Progress): void {
  try {
    writer({ type: "hall.progress", tool: name, tool_call_id: id ?? null, ...progress });
  } catch {}
}
