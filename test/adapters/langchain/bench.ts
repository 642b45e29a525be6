import { Command } from "@langchain/langgraph";
import { tool } from "langchain";
import { z } from "zod";
import {
  type ApprovalsReply,
  type GovernanceOptions,
  governanceMiddleware,
  governedTools,
} from "../../../adapters/langchain/index.js";
import {
  checkpointer,
  makeAgent,
  modelThatCalls,
  openAgentHall,
  requestsOf,
  type ScriptedCall,
} from "./agent.js";

/** LangChain's own human for moving money. Its typings don't know exactOptionalPropertyTypes. */
export const MONEY = { interruptOn: { move_money: true } } as never;

export const CAPABILITIES = {
  send_mail: "cap.mail.send",
  move_money: "cap.money.move",
  delete_doc: "cap.doc.delete",
  flaky: "cap.mail.send",
};

/** Tools of a host that note what ran, and agents that have them and the Hall's own under the middleware. */
export async function openBench() {
  const parts = await openAgentHall();
  const { gate } = parts;
  const own = await governedTools(gate);
  const ran: string[] = [];
  const note = <T>(what: string, answer: T): T => {
    ran.push(what);
    return answer;
  };
  const host = {
    sendMail: tool(({ to }) => note(`mail ${to}`, `sent to ${to}`), {
      name: "send_mail",
      description: "Send a mail.",
      schema: z.object({ to: z.string() }),
    }),
    moveMoney: tool(({ amount }) => note(`money ${amount}`, { moved: amount }), {
      name: "move_money",
      description: "Move money.",
      schema: z.object({ amount: z.number() }),
    }),
    deleteDoc: tool((args) => note(`delete ${(args as { id: string }).id}`, "gone"), {
      name: "delete_doc",
      description: "Delete a document.",
      schema: { type: "object", properties: { id: { type: "string" } }, required: ["id"] },
    }),
    flaky: tool(
      () => {
        note("flaky", null);
        throw new Error("token s3cret");
      },
      { name: "flaky", description: "Fails.", schema: z.object({}) },
    ),
    nobodys: tool(() => note("nobody's", ""), {
      name: "nobodys",
      description: "Has no capability.",
      schema: z.object({}),
    }),
  };
  const TOOLS = [...own, ...Object.values(host)];
  const govern = (options: GovernanceOptions = {}) =>
    governanceMiddleware(gate, { capabilities: CAPABILITIES, onProblem: () => {}, ...options });
  const agentThat = (
    batches: readonly (readonly ScriptedCall[])[],
    more: { before?: readonly object[]; after?: readonly object[]; saver?: unknown } = {},
  ) =>
    makeAgent({
      model: modelThatCalls(...batches),
      tools: TOOLS,
      middleware: [...(more.before ?? []), govern(), ...(more.after ?? [])],
      checkpointer: more.saver ?? checkpointer(),
    });
  return { ...parts, own, ran, host, TOOLS, govern, agentThat };
}

export const answer = (decisions: ApprovalsReply["decisions"]) => new Command({ resume: { decisions } });

export const idsOf = (result: object) =>
  requestsOf(result).flatMap(({ requests }) => requests.map(({ approval_id }) => approval_id));
