/*
 * One process of a service with the agent: it gets a message, or a person's answer to what the agent waits for, and
 * prints one line of JSON: what the agent said, what ran, and what waits now. `approval.mjs` tells the story.
 *
 *   node bot.mjs THREADS '{"message": "…"}'
 *   node bot.mjs THREADS '{"decisions": {"<approval_id>": "approve"}}'
 */
import { Command } from "@langchain/langgraph";
import { createAgent, ToolMessage } from "langchain";
import { openHall } from "wcp-hall";
import { governanceMiddleware, governedTools } from "wcp-hall/langchain";
import { chooseModel } from "./model.mjs";
import { openThreads } from "./threads.mjs";

const [file, text] = process.argv.slice(2);
const { message, decisions } = JSON.parse(text);
const threads = openThreads(file);
const model = await chooseModel([
  ...(message ? [[{ name: "add_note", args: { text: message.replace(/^Note: /, "") } }]] : []),
  "As you wish.",
]);

const hall = await openHall();
const gate = hall.gate({ agent: "notes-bot" });
const agent = createAgent({
  model,
  tools: await governedTools(gate),
  middleware: [governanceMiddleware(gate)],
  checkpointer: threads.saver,
});

const thread = { configurable: { thread_id: "ann" } };
const before = (await agent.graph.getState(thread)).values.messages?.length ?? 0;
const input = message
  ? { messages: [{ role: "user", content: message }] }
  : new Command({ resume: { decisions } });
const result = await agent.invoke(input, thread);

const tools = result.messages.slice(before).filter(ToolMessage.isInstance);
const waits = (result.__interrupt__ ?? []).flatMap(({ value }) => value.requests);
console.log(
  JSON.stringify({
    ran: tools.map(({ status, text: said }) => ({ status, said })),
    waits,
    said: waits.length === 0 ? result.messages.at(-1).text : "",
  }),
);
threads.keep();
await hall.close();
