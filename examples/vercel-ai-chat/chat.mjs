/*
 * A chat with governed tools, on streamText: one call runs, the operator revokes the skill in mid-conversation, and
 * the next call is denied; the model reads why, and the record has both. Everything but the model is real.
 *
 *   npm run build && node examples/vercel-ai-chat/chat.mjs     with the AI SDK's fake model
 *   AI_GATEWAY_API_KEY=… node examples/vercel-ai-chat/chat.mjs     with a real one
 *
 * The Hall lives in memory, so that nothing is left behind. In a program of yours it is the one of your project:
 * `const hall = await openHall()`, with the skills that `hall skill install` put there.
 */
import { isStepCount, streamText } from "ai";
import { openTestHall } from "wcp-hall/testing";
import { governedTools, isRefusal } from "wcp-hall/vercel-ai";
import { chooseModel } from "./model.mjs";

const model = chooseModel([
  [{ tool: "search_notes", input: { query: "tea" } }],
  "There is no note about tea.",
  [{ tool: "search_notes", input: { query: "milk" } }],
  "I can't look any more: the operator has revoked the notes. They can say why.",
]);

const skills = [new URL("../../skills/notes", import.meta.url)];

// The three lines that govern an agent.
const { hall, operator, records, close } = await openTestHall({ skills, now: new Date() });
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
// With a home: `hall skill revoke org.acme/notes --reason "its author is on leave"`.
await operator.standing({ subject: "skill:org.acme/notes", state: "revoked" }, "its author is on leave");
console.log("\n(the operator revokes the notes skill)");
await say("And one about milk? Please look again.");

console.log();
for (const { kind, agent, tool, code, body, dry_run } of records()) {
  if (kind === "standing") console.log(`record> standing: an order of the ${agent}`);
  if (kind === "receipt") console.log(`record> receipt: ${tool} ${body.outcome}`);
  if (kind === "decision" && !dry_run) console.log(`record> decision: ${tool} ${code ?? "allowed"}`);
}
console.log(`record> ${hall.audit.verify().ok ? "one signed chain, nothing missing" : "broken"}`);
await close();
