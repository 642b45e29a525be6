import { describe, expect, test } from "vitest";
import { invokeOptions } from "../../../adapters/langchain/config.js";

const CALL = { id: "c1", name: "slow" };

describe("what LangChain's config says about a call", () => {
  test("is nothing where there is none", () => {
    expect(invokeOptions(undefined, { name: "slow" })).toEqual({});
  });

  test("is when to stop, and what it belongs to", () => {
    const { signal } = new AbortController();
    expect(invokeOptions({ signal, configurable: { thread_id: "t" } }, CALL)).toEqual({
      signal,
      correlationId: "t/c1",
    });
    for (const correlation_id of ["", 1, null]) {
      expect(invokeOptions({ configurable: { correlation_id } }, CALL).correlationId).toBe("c1");
    }
  });

  test("is where progress goes, and a listener that throws touches nothing", () => {
    const seen: unknown[] = [];
    const { onProgress } = invokeOptions({ writer: (chunk: unknown) => seen.push(chunk) } as object, CALL);
    onProgress?.({ progress: 1, total: 3, message: "on it" });
    expect(seen).toEqual([
      { type: "hall.progress", tool: "slow", tool_call_id: "c1", progress: 1, total: 3, message: "on it" },
    ]);
    const broken = () => {
      throw new Error("gone");
    };
    expect(() =>
      invokeOptions({ writer: broken } as object, CALL).onProgress?.({ progress: 1 }),
    ).not.toThrow();
  });
});
