/*
 * A chat with governed tools, on streamText: one call runs, the operator revokes the skill in mid-conversation, and
 * the next call is denied; the model reads why, and the record has both. Everything but the model is real and lies in
 * a temporary directory that goes at the end.
 *
 *   npm run build && node examples/vercel-ai-chat/chat.mjs     with the AI SDK's fake model
 *   AI_GATEWAY_API_KEY=… node examples/vercel-ai-chat/chat.mjs     with a real one
 */
import { isStepCount, streamText } from "ai";
import { openHall } from "wcp-hall";
import { governedTools, isRefusal } from "wcp-hall/vercel-ai";
import { makeHome } from "./home.mjs";
import { chooseModel } from "./model.mjs";

const { home, environment, hall: operator, remove } = await makeHome();
const model = chooseModel([
  [{ tool: "search_notes", input: { query: "tea" } }],
  "There is no note about tea.",
  [{ tool: "search_notes", input: { query: "milk" } }],
  "I can't look any more: the operator has revoked the notes. They can say why.",
]);

// The three lines that govern an agent.
const hall = await openHall({ home, environment });
const gate = hall.gate({ agent: "notes-bot" });
const tools = await governedTools(gate);

const messages = [];

/** One turn of the conversation, shown as it streams. */
async function say(text) {
  console.log(`\nyou   > ${text}`);
  messages.push({ role: "user", content: text });
  const result = streamText({ model, tools, messages, stopWhen: isStepCount(5) });
  for await (const part of result.fullStream) {
    if (part.type === "tool-call") console.log(`agent > ${part.toolName}(${JSON.stringify(part.input)})`);
    if (part.type === "tool-result") console.log(`hall  > ${shown(part.output)}`);
    if (part.type === "error") throw part.error;
  }
  console.log(`agent > ${await result.text}`);
  messages.push(...(await result.responseMessages));
}

const shown = (output) => (isRefusal(output) ? output.hall.message : JSON.stringify(output));

await say("Is there a note about tea?");
await operator("skill", "revoke", "org.acme/notes", "--reason", "its author is on leave");
console.log("\n(the operator revokes the notes skill)");
await say("And one about milk? Please look again.");

console.log(`\nrecord> ${hall.audit.verify().ok ? "one signed chain, nothing missing" : "broken"}`);
await hall.close();
remove();
