/*
 * A LangChain agent with the tools of a Hall: an allowed call, and a call that is denied, which the model reads and
 * corrects. Both are on the record. Everything but the model is real and lies in a temporary directory that goes at
 * the end.
 *
 *   npm run build && node examples/langchain-agent/agent.mjs          with LangChain's fake model
 *   ANTHROPIC_API_KEY=… node examples/langchain-agent/agent.mjs       with a real one (npm i @langchain/anthropic)
 */
import { AIMessage, createAgent, ToolMessage } from "langchain";
import { openHall } from "wcp-hall";
import { governedTools, receiptOf } from "wcp-hall/langchain";
import { makeHome } from "./home.mjs";
import { chooseModel } from "./model.mjs";

const model = await chooseModel([
  [{ name: "search_notes", args: { words: "tea" } }],
  [{ name: "search_notes", args: { query: "tea" } }],
  "There is no note about tea.",
]);
const { home, environment, hall: command, remove } = await makeHome();

const hall = await openHall({ home, environment });
const tools = await governedTools(hall.gate({ agent: "support-bot" }));
const agent = createAgent({ model, tools });

const { messages } = await agent.invoke({
  messages: [{ role: "user", content: "Do we have a note about tea?" }],
});

for (const message of messages) {
  if (AIMessage.isInstance(message)) {
    for (const { name, args } of message.tool_calls ?? [])
      console.log(`agent > ${name}(${JSON.stringify(args)})`);
    if (message.text !== "") console.log(`agent > ${message.text}`);
  } else if (ToolMessage.isInstance(message)) {
    console.log(`hall  > ${message.text}`);
    const { record_id } = receiptOf(message);
    const { kind, at } = await command("audit", "query", "--id", record_id);
    console.log(`        on record as ${kind} ${record_id}, ${at}`);
  } else {
    console.log(`you   > ${message.text}`);
  }
}
await hall.close();
remove();
