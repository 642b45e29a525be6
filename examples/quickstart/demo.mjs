/*
 * The whole story in half a minute: a skill is built, certified, published and installed; an MCP client lists and
 * calls it; one call is denied, one is held and approved; the skill is revoked under the connected client; and the
 * record of all that is verified. Everything is real and lies in a temporary directory that stays for you to look at.
 *
 *   npm run demo             the story
 *   npm run demo -- --json   only the last line, for programs
 */
import { execFile, spawn } from "node:child_process";
import { cpSync, mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const HALL = fileURLToPath(new URL("../../dist/cli/hall.mjs", import.meta.url));
const CLIENT = fileURLToPath(new URL("client.mjs", import.meta.url));
const NOTES = fileURLToPath(new URL("../../skills/notes", import.meta.url));
const SKILL = "org.acme/notes";

const asJson = process.argv.includes("--json");
const say = (line = "") => asJson || console.log(line);

const project = realpathSync(mkdtempSync(join(tmpdir(), "hall-demo-")));
const home = join(project, ".hall");
const state = join(project, "state");
const environment = { ...process.env, HALL_HOME: home, HALL_STATE: state, NO_COLOR: "1" };
const steps = [];

/** Runs one `hall` command as a user would, shows what came of it, and gives its JSON answer. */
async function hall(args, tell = () => "") {
  say(`\n  $ hall ${args.map(quoted).join(" ")}`);
  const options = { cwd: project, env: environment };
  const { stdout } = await promisify(execFile)(process.execPath, [HALL, ...args, "--json"], options);
  const answer = JSON.parse(stdout);
  if (tell(answer) !== "") say(`    ${tell(answer)}`);
  return answer;
}

const quoted = (word) => (/\s/.test(word) ? `"${word}"` : word);
const short = (digest) => `${digest.slice(0, 12)}…`;

/** The MCP client, in a process of its own; it starts `hall mcp` as Claude or an IDE would. */
function startClient() {
  const child = spawn(process.execPath, [CLIENT, process.execPath, HALL, "mcp"], {
    cwd: project,
    env: environment,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(action, what = {}) {
      child.stdin.write(`${JSON.stringify({ action, ...what })}\n`);
      return JSON.parse((await answers.next()).value);
    },
    stop: () => child.stdin.end(),
  };
}

/** What a receipt says, in the demo's words. */
function outcomeOf({ outcome, code }, whenDone) {
  if (outcome === "done") return whenDone;
  return code === "DENY_SKILL_REVOKED" ? "revoked" : outcome;
}

/** Calls a tool through the client, shows what an agent would see, and notes the step. */
async function call(client, name, outcome, tool, input) {
  say(`\n  agent > ${tool}(${JSON.stringify(input)})`);
  const result = await client.ask("call", { name: tool, arguments: input });
  say(`  hall  > ${result.content[0].text}`);
  const receipt = result._meta["dev.hall/receipt"];
  const seen = outcomeOf(receipt, outcome);
  if (seen !== outcome) throw new Error(`${name}: expected ${outcome}, saw ${JSON.stringify(receipt)}`);
  const { record_id, code } = receipt;
  steps.push({ name, outcome, record_id, ...(code === undefined ? {} : { code }) });
  return receipt;
}

say("1. A home, and a skill that becomes a governed tool");
await hall(["init", "--namespace", "org.acme", "--yes"], ({ hall_id }) => `a new Hall, ${short(hall_id)}`);
cpSync(NOTES, join(project, "notes"), { recursive: true });
await hall(
  ["skill", "build", "notes"],
  (built) => `one artifact, ${short(built.artifact_digest)}, tools ${built.tools.join(", ")}`,
);
await hall(
  ["skill", "certify", "notes"],
  (done) => `rebuilt to the same hash, examples pass, signed until ${done.expires_at.slice(0, 10)}`,
);
await hall(
  ["skill", "publish", "notes"],
  ({ skill_id, version }) => `${skill_id}@${version} is in the registry, for good`,
);
await hall(
  ["skill", "install", SKILL, "--allow", "dev", "--yes"],
  ({ rule }) => `verified again and installed; ${rule.length} rules allow it in dev`,
);

say("\n2. An MCP client connects, and sees what it may use");
const client = startClient();
for (const tool of await client.ask("list")) say(`  tool  > ${tool.name.padEnd(13)} ${tool.description}`);

say("\n3. An allowed call, a denied one, and one that waits for a person");
await call(client, "allowed call", "allowed", "search_notes", { query: "tea" });
await call(client, "denied call", "denied", "search_notes", { words: "tea" });
const note = { text: "buy tea" };
const { approval_id } = await call(client, "risky call", "held", "add_note", note);

say("\n4. The operator looks, approves, and the same call runs once");
await hall(
  ["approvals", "show", approval_id],
  ({ request, arguments: asked }) => `${request.agent} wants ${request.tool} ${asked}`,
);
await hall(
  ["approvals", "approve", approval_id, "--reason", "it is only tea", "--yes"],
  ({ state }) => state,
);
await call(client, "approved call", "approved", "add_note", note);

say("\n5. The operator stops the skill while the client is connected");
await hall(
  ["skill", "revoke", SKILL, "--reason", "the demo is over"],
  ({ subject, state: now }) => `${subject} is ${now}`,
);
await client.ask("changed");
const left = await client.ask("list");
say(`  tools > the client was told, and now sees ${left.map((tool) => tool.name).join(", ")}`);
await call(client, "call after the revoke", "revoked", "search_notes", { query: "tea" });
client.stop();

say("\n6. The record of all that, checked as an auditor would");
await hall(["audit", "verify"], ({ records }) => `${records} records, one signed chain, nothing missing`);
const head = await hall(
  ["audit", "query", "--limit", "1"],
  ({ record_id, kind, code }) => `${record_id}, the last one: ${kind} ${code}`,
);
steps.push({ name: "record verified", outcome: "verified", record_id: head.record_id });

say(`\nIt all lies in ${project}. Look around:`);
say(`  export HALL_HOME=${home} HALL_STATE=${state}`);
say(`  node ${HALL} audit query`);
if (asJson) console.log(JSON.stringify({ ok: true, home, state, steps }));
