import { afterAll, describe, expect, test } from "vitest";
import { answerOf, toolMessage } from "../../../adapters/langchain/message.js";
import { receiptOf } from "../../../adapters/langchain/receipt.js";
import { openAgentHall } from "./agent.js";

describe("what a model reads of an outcome", async () => {
  const { hall, gate } = await openAgentHall();
  afterAll(() => hall.close());
  const done = async () => {
    const outcome = await gate.invoke("search_notes", { query: "tea" });
    if (outcome.kind !== "done") throw new Error(outcome.kind);
    return outcome;
  };

  test("is its content, where it has some, and the data lies beside it", async () => {
    const answer = answerOf({ ...(await done()), content: [{ type: "text", text: "none" }] });
    expect(answer).toMatchObject({
      content: [{ type: "text", text: "none" }],
      receipt: { outcome: "done", output: { hits: [] } },
      status: "success",
    });
  });

  test("is an error where a tool that ran says that it failed", async () => {
    const failed = {
      ...(await done()),
      content: [{ type: "text", text: "disk full" }],
      is_error: true,
    } as const;
    expect(answerOf(failed)).toMatchObject({ status: "error", receipt: { outcome: "done" } });
  });

  test("holds no secret but what was decided, for each kind", async () => {
    const kinds = [
      await done(),
      await gate.invoke("search_notes", {}),
      await gate.invoke("add_note", { text: "a" }),
      await gate.invoke("search_notes", { query: "tea" }, { dryRun: true }),
      await gate.invoke("search_notes", { query: "tea" }, { signal: AbortSignal.abort() }),
    ];
    expect(kinds.map(({ kind }) => kind)).toEqual(["done", "denied", "held", "dry_run", "failed"]);
    for (const outcome of kinds) {
      const message = toolMessage({ id: "c", name: "t" }, answerOf(outcome));
      const { output: _, ...receipt } = receiptOf(message) ?? {};
      expect(Object.keys(receipt).toSorted()).toEqual([
        "approval_id",
        "code",
        "correlation_id",
        "decision_id",
        "expires_at",
        "head",
        "outcome",
        "receipt_id",
        "record_id",
      ]);
      expect(message.status).toBe(outcome.kind === "done" ? "success" : "error");
    }
  });
});
