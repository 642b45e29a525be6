/*
 * A person in the loop of a LangChain agent: a call that needs their yes interrupts the graph; each answer comes to a
 * new process, with its own Hall and the thread from a file; after a yes the call runs, once, also when the answer
 * is sent again; after a no it doesn't run. Everything but the model is real and lies in a temporary directory that
 * goes at the end.
 *
 *   npm run build && node examples/langchain-approval/approval.mjs    with LangChain's fake model, answers given
 *   node examples/langchain-approval/approval.mjs --ask               you answer
 *   ANTHROPIC_API_KEY=… node examples/langchain-approval/approval.mjs --ask     with a real model
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { shownWhole } from "wcp-hall";
import { makeHome } from "./home.mjs";
import { chooseModel } from "./model.mjs";

const BOT = fileURLToPath(new URL("bot.mjs", import.meta.url));
await chooseModel([]); // says at once if the one there is a key for can't be had
const { project, environment, hall, remove } = await makeHome();
const terminal = process.argv.includes("--ask") ? createInterface({ input: process.stdin }) : null;
const typed = terminal?.[Symbol.asyncIterator]();

/** Starts a process of the service, gives it this, and shows what came of it. */
async function bot(input) {
  const args = [BOT, join(project, "threads.bin"), JSON.stringify(input)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: project, env: environment });
  const answer = JSON.parse(stdout.trimEnd().split("\n").at(-1));
  for (const { status, said } of answer.ran) console.log(`hall  > ${status}: ${said}`);
  if (answer.said !== "") console.log(`agent > ${answer.said}`);
  return answer;
}

/** The person's answer to everything that waits. */
async function decide({ waits }, given) {
  const decisions = {};
  for (const { approval_id, tool, arguments: args, expires_at } of waits) {
    const question = shownWhole(`may ${tool}(${args}) run? (asked until ${expires_at})`); // a model wrote the arguments
    process.stdout.write(`hall  > ${question}\nyou   > `);
    if (terminal === null) console.log(given);
    const said = terminal === null ? given : (await typed.next()).value?.trim();
    decisions[approval_id] = said === "yes" ? "approve" : "reject";
  }
  return { decisions };
}

function tell(message) {
  console.log(`\nyou   > ${message}`);
  return bot({ message });
}

const yes = await decide(await tell("Note: buy tea"), "yes");
await bot(yes);

console.log("\n        The same answer once more:");
await bot(yes);

await bot(await decide(await tell("Note: sell the house"), "no"));

const { output } = await hall("skill", "run", "search_notes", "--input", '{"query": "e"}');
console.log(`\n        In the notebook: ${JSON.stringify(output.hits)}`);
const { ok, records } = await hall("audit", "verify");
console.log(
  `        On the record: ${records} records, ${ok ? "one signed chain, nothing missing" : "BROKEN"}`,
);
terminal?.close();
remove();
