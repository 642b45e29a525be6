/*
 * A person in the loop: the agent wants to add notes, which waits for the yes of the person it works for. The SDK
 * stops and asks; after a yes the call runs, once, also when the answer is sent again; after a no it doesn't run. The
 * answers are on the record. Everything but the model is real.
 *
 *   npm run build && node examples/vercel-ai-approval/approval.mjs     with the AI SDK's fake model, answers given
 *   node examples/vercel-ai-approval/approval.mjs --ask                you answer
 *   AI_GATEWAY_API_KEY=… node examples/vercel-ai-approval/approval.mjs --ask     with a real model
 *
 * The Hall lives in memory, so that nothing is left behind. In a program of yours it is the one of your project:
 * `const hall = await openHall()`, and the rules are those that `hall apply` put in force.
 */
import { createInterface } from "node:readline";
import { isStepCount, ToolLoopAgent } from "ai";
import { shownWhole } from "wcp-hall";
import { openTestHall } from "wcp-hall/testing";
import { governedTools, recordRefusals, toolApproval } from "wcp-hall/vercel-ai";
import { chooseModel } from "./model.mjs";

const model = chooseModel([
  [{ tool: "add_note", input: { text: "buy tea" } }],
  "I've noted it.",
  "It's noted already; for a second note I'd have to ask you again.",
  [{ tool: "add_note", input: { text: "sell the house" } }],
  "As you wish, I leave it.",
]);

const terminal = process.argv.includes("--ask") ? createInterface({ input: process.stdin }) : null;
const typed = terminal?.[Symbol.asyncIterator]();

// The operator's part: notes may be searched; adding one needs the yes of whoever the agent works for.
const allow = (rule_id, capability_id, escalation) => ({
  rule_id,
  match: { capability_id, env: "dev" },
  decision: {
    candidate_workers_ranked: [{ worker_species_id: "wrk.doc.searcher", score_hint: 1 }],
    escalation,
  },
});
const { hall, records, close } = await openTestHall({
  skills: [new URL("../../skills/notes", import.meta.url)],
  rules: [
    allow("rr_search_dev_001", "cap.doc.search", { human_required_default: false }),
    allow("rr_write_dev_001", "cap.doc.write", { human_required_default: true, approval: "confirm" }),
  ],
  now: new Date(),
});

// The agent developer's part.
const gate = hall.gate({ agent: "notes-bot" });
const tools = await governedTools(gate);
const agent = new ToolLoopAgent({ model, tools, toolApproval: toolApproval(gate), stopWhen: isStepCount(5) });

/** Runs the agent on a conversation, shows what came of it, and gives the conversation with it. */
async function run(messages) {
  await recordRefusals(tools, messages);
  const { content, text, responseMessages } = await agent.generate({ messages });
  for (const part of content) {
    if (part.type === "tool-approval-request") console.log(`hall  > ${part.reason}`);
  }
  const results = responseMessages.flatMap(({ role, content }) => (role === "tool" ? content : []));
  for (const { output } of results) console.log(`hall  > ${output.reason ?? JSON.stringify(output.value)}`);
  if (text !== "") console.log(`agent > ${text}`);
  return [...messages, ...responseMessages];
}

/** The same conversation with the person's answer to every request in it that waits. */
async function answer(messages, given) {
  const { content } = messages.at(-1);
  const answers = [];
  for (const { approvalId, toolCallId } of content.filter(({ type }) => type === "tool-approval-request")) {
    const { toolName, input } = content.find(
      (part) => part.type === "tool-call" && part.toolCallId === toolCallId,
    );
    const approved = (await ask(shownWhole(`${toolName}(${JSON.stringify(input)})?`), given)) === "yes";
    answers.push({
      type: "tool-approval-response",
      approvalId,
      approved,
      reason: approved ? "yes" : "They said no.",
    });
  }
  return [...messages, { role: "tool", content: answers }];
}

async function ask(question, given) {
  process.stdout.write(`you   > ${question} `);
  if (terminal === null) console.log(given);
  return terminal === null ? given : (await typed.next()).value?.trim();
}

const user = (content) => {
  console.log(`\nyou   > ${content}`);
  return [{ role: "user", content }];
};

const asked = await run(user("Note that I must buy tea."));
const yes = await answer(asked, "yes");
await run(yes);

console.log("\n(the same answer is sent once more)");
await run(yes);

const wanted = await run(user("Note that I must sell the house."));
await run(await answer(wanted, "no"));

console.log();
for (const { kind, tool, body } of records({ agent: "agent:notes-bot" })) {
  if (kind === "approval")
    console.log(`record> approval: ${tool} ${body.confirmed_via ? "confirmed" : "declined"}`);
  if (kind === "receipt") console.log(`record> receipt: ${tool} ${body.outcome}`);
}
const runs = records({ tool: "add_note", kind: "receipt" }).length;
const whole = hall.audit.verify().ok;
console.log(`record> added ${runs} note; ${whole ? "one signed chain, nothing missing" : "broken"}`);
terminal?.close();
await close();
