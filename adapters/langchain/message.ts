import { type ContentBlock, ToolMessage } from "@langchain/core/messages";
import { sayOutcome } from "../../src/hall/said.js";
import type { Outcome } from "../../src/protocol/outcome.js";
import { langChainBlock } from "./blocks.js";
import { makeReceipt, type Receipt, receiptMetadata } from "./receipt.js";

/** A tool call as a model made it, as far as its answer must name it. */
export type Asked = { readonly id?: string | undefined; readonly name: string };

/** What a model reads of an outcome, and what lies beside it for programs. */
export type Answer = {
  readonly content: string | ContentBlock[];
  readonly receipt: Receipt;
  readonly status: "success" | "error";
};

/** An outcome of a governed tool. Its output is shown as it is; what isn't one is said in the words of every surface. */
export function answerOf(outcome: Outcome): Answer {
  if (outcome.kind !== "done") return refusalOf(outcome);
  const { content, output } = outcome;
  return {
    content: content === null ? JSON.stringify(output) : content.map(langChainBlock),
    receipt: { ...makeReceipt(outcome), output },
    status: outcome.is_error ? "error" : "success",
  };
}

/** An outcome without an answer of the tool. */
export function refusalOf(outcome: Exclude<Outcome<unknown>, { readonly kind: "done" }>): Answer {
  return { content: sayOutcome(outcome), receipt: makeReceipt(outcome), status: "error" };
}

/** The answer as the message that a tool call gets. */
export function toolMessage({ id = "", name }: Asked, { content, receipt, status }: Answer): ToolMessage {
  return new ToolMessage({
    content,
    name,
    tool_call_id: id,
    status,
    artifact: receipt,
    response_metadata: receiptMetadata(receipt),
  });
}
