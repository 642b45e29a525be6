import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { governanceMiddleware, type Receipt, receiptOf } from "../../../adapters/langchain/index.js";
import { asked, makeAgent, modelThatCalls, toolMessages } from "./agent.js";
import { CAPABILITIES, openBench } from "./bench.js";

describe("whose run it is", async () => {
  const { hall, ran, host, govern } = await openBench();
  afterAll(() => hall.close());
  beforeEach(() => {
    ran.length = 0;
  });

  test.each([
    [undefined, "undefined"],
    [null, "null"],
    [hall, "object"],
  ])("what is neither a gate nor tells one is the program's mistake", (source, given) => {
    expect(() => governanceMiddleware(source as never)).toThrow(
      new TypeError(`gate: expected a gate, as hall.gate({ agent: "NAME" }) gives it, not ${given}`),
    );
  });

  describe("with a context that a run must have", () => {
    const call = [{ name: "send_mail", args: { to: "ctx" } }];
    const run = async (middleware: ReturnType<typeof governanceMiddleware>, context?: object) => {
      const agent = makeAgent({
        model: modelThatCalls(call),
        tools: [host.sendMail],
        middleware: [middleware],
      });
      return toolMessages(await agent.invoke(asked(), context === undefined ? {} : { context }));
    };

    test.each([[undefined], [{}], [{ user: "" }], [{ user: null }], [{ other: "ann" }]])(
      "denies a run with %j, on record",
      async (context) => {
        const messages = await run(govern({ context: ["user"] }), context);
        expect(ran).toEqual([]);
        expect(messages).toMatchObject([{ status: "error", artifact: { code: "DENY_UNKNOWN_SKILL" } }]);
        const { record_id } = (messages[0]?.artifact ?? {}) as Receipt;
        expect(hall.audit.query({ id: record_id ?? "" })).toHaveLength(1);
      },
    );

    test("lets a run that has it through", async () => {
      await run(govern({ context: ["user"] }), { user: "ann" });
      expect(ran).toEqual(["mail ctx"]);
    });

    test("a gate may be told from it", async () => {
      const seen: unknown[] = [];
      const byUser = governanceMiddleware(
        (context) => {
          seen.push(context);
          return context["user"] === "ann" ? hall.gate({ agent: "ann" }) : null;
        },
        { capabilities: CAPABILITIES, context: ["user"] },
      );
      const messages = await run(byUser, { user: "ann", secret: "no" });
      expect(ran).toEqual(["mail ctx"]);
      const { record_id } = (messages[0] && receiptOf(messages[0])) ?? {};
      expect(hall.audit.query({ id: record_id ?? "" })[0]?.body).toMatchObject({ actor: "agent:ann" });
      expect(new Set(seen.map((it) => JSON.stringify(it)))).toEqual(new Set(['{"user":"ann"}']));

      ran.length = 0;
      for (const context of [undefined, { user: "bob" }]) {
        expect(await run(byUser, context)).toMatchObject([{ status: "error" }]);
      }
      expect(ran).toEqual([]);
    });
  });

  test("nothing of all that is missing in the ledger", async () => {
    expect(await hall.audit.verify()).toMatchObject({ ok: true });
  });
});
