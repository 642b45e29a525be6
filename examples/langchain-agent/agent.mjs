/*
 * A LangChain agent with the tools of a Hall: an allowed call, and a call that is denied, which the model reads and
 * corrects. Both are on the record. Everything but the model is real.
 *
 *   npm run build && node examples/langchain-agent/agent.mjs          with LangChain's fake model
 *   ANTHROPIC_API_KEY=… node examples/langchain-agent/agent.mjs       with a real one (npm i @langchain/anthropic)
 *
 * The Hall lives in memory, so that nothing is left behind. In a program of yours it is the one of your project:
 * `const hall = await openHall()`, with the skills that `hall skill install` put there.
 */
import { AIMessage, createAgent, ToolMessage } from "langchain";
import { governedTools, receiptOf } from "wcp-hall/langchain";
import { openTestHall } from "wcp-hall/testing";
import { chooseModel } from "./model.mjs";

const model = await chooseModel([
  [{ name: "search_notes", args: { words: "tea" } }],
  [{ name: "search_notes", args: { query: "tea" } }],
  "There is no note about tea.",
]);
const skills = [new URL("../../skills/notes", import.meta.url)];

const { hall, records, close } = await openTestHall({ skills, now: new Date() });
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
    console.log(`        on record as ${record_id}`);
  } else {
    console.log(`you   > ${message.text}`);
  }
}

console.log("\nOn the record of support-bot:");
for (const { kind, tool, code, body, record_id } of records({ agent: "agent:support-bot" }))
  console.log(`  ${kind} ${record_id}: ${tool} ${code ?? body.outcome ?? "allowed"}`);
console.log(hall.audit.verify().ok ? "One signed chain, nothing missing." : "BROKEN");
await close();
