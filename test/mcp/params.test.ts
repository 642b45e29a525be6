import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCall, parseClient } from "../../src/mcp/params.js";
import { RpcError } from "../../src/mcp/rpc.js";
import { INITIALIZE } from "./scripted.js";

describe("parseCall", () => {
  test("absent arguments are an empty object", () => {
    expect(parseCall({ name: "search_notes" })).toEqual({
      tool: "search_notes",
      args: {},
      correlationId: undefined,
      dryRun: false,
      progressToken: undefined,
    });
  });

  test("_meta carries correlation id, dry run and progress token", () => {
    const _meta = { "dev.hall/correlation_id": "c\ud800", "dev.hall/dry_run": true, progressToken: 0 };
    expect(parseCall({ name: "t", arguments: { a: 1 }, _meta })).toEqual({
      tool: "t",
      args: { a: 1 },
      correlationId: "c\ufffd",
      dryRun: true,
      progressToken: 0,
    });
  });

  test.each([
    [undefined, "params.name"],
    [{ name: 7 }, "params.name"],
    [{ name: "t", arguments: null }, "params.arguments"],
    [{ name: "t", arguments: [] }, "params.arguments"],
    [{ name: "t", arguments: "secret-value" }, "params.arguments"],
    [{ name: "t", _meta: 3 }, "params._meta"],
    [{ name: "t", _meta: { "dev.hall/dry_run": "true" } }, "dev.hall/dry_run"],
    [{ name: "t", _meta: { "dev.hall/correlation_id": "" } }, "dev.hall/correlation_id"],
    [{ name: "t", _meta: { "dev.hall/correlation_id": "x".repeat(257) } }, "dev.hall/correlation_id"],
  ])("%j is -32602 naming %s", (params, named) => {
    try {
      parseCall(params);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: -32602, message: expect.stringContaining(named) });
      expect((error as Error).message).not.toContain("secret-value");
    }
  });

  test("any JSON gives a call or an RpcError, nothing else", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (name, args, _meta) => {
        for (const params of [
          name,
          { name, arguments: args, _meta },
          { name: "t", arguments: args, _meta },
        ]) {
          try {
            expect(typeof parseCall(params).tool).toBe("string");
          } catch (error) {
            expect(error).toBeInstanceOf(RpcError);
          }
        }
      }),
    );
  });
});

describe("parseClient", () => {
  const initialize = (clientInfo: unknown) => ({
    jsonrpc: "2.0" as const,
    id: 1,
    method: "initialize",
    params: { ...INITIALIZE, clientInfo },
  });

  test("gives name and version, well formed", () => {
    expect(parseClient(initialize({ name: "a\udfff", version: "1" }))).toEqual({
      name: "a\ufffd",
      version: "1",
    });
  });

  test.each([undefined, {}, { name: "a" }, { name: "a".repeat(257), version: "1" }])(
    "%j is -32602",
    (info) => {
      expect(() => parseClient(initialize(info))).toThrow(RpcError);
    },
  );
});
