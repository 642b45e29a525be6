/*
 * Three lines put a function behind the gate: from then on each call of it is decided by the operator's rules, recorded,
 * and only then run. Here one function may look, another waits for a person's yes, and a third is nobody's to call.
 *
 *   npm run build && node examples/wrap-a-function/wrap.mjs
 *
 * The Hall lives in memory, so that nothing is left behind. In a program of yours it is the one of your project:
 * `const hall = await openHall()`, and the rules are those that `hall apply` put in force.
 */
import { governed, HallDenied, HallHeld, shownWhole } from "wcp-hall";
import { openTestHall } from "wcp-hall/testing";

// The operator's part: who may do what. wrk.host.tool is code that your own program runs.
const allow = (rule_id, capability_id, escalation) => ({
  rule_id,
  match: { capability_id, env: "dev" },
  decision: { candidate_workers_ranked: [{ worker_species_id: "wrk.host.tool", score_hint: 1 }], escalation },
});
const { hall, approve, records, close } = await openTestHall({
  rules: [
    allow("rr_read_dev_001", "cap.ledger.read", { human_required_default: false }),
    allow("rr_transfer_dev_001", "cap.ledger.transfer", { human_required_default: true }),
  ],
});

// Plain functions, as they may lie in any program.
const accounts = { alice: 100, bob: 20 };
const balance = ({ account }) => accounts[account];
const transfer = ({ from, to, amount }) => {
  accounts[from] -= amount;
  accounts[to] += amount;
  return { from: accounts[from], to: accounts[to] };
};
const purge = () => {
  for (const name of Object.keys(accounts)) delete accounts[name];
};

// The agent developer's part: a gate, and each function through it.
const gate = hall.gate({ agent: "support-bot" });
const readBalance = governed(gate, "cap.ledger.read", balance);
const payOut = governed(gate, "cap.ledger.transfer", transfer);
const wipe = governed(gate, "cap.ledger.purge", purge);

/** Tells what came of a call, as a program that governs its functions would have to know. */
async function tell(what, call) {
  try {
    console.log(`${what}: done ${JSON.stringify(await call())}`);
  } catch (error) {
    if (error instanceof HallHeld) {
      const { tool, arguments: args } = error.question;
      console.log(`${what}: held, ${shownWhole(`${tool} ${args}`)}`); // foreign text: shown escaped and whole
      return error.approval_id;
    }
    if (!(error instanceof HallDenied)) throw error;
    console.log(`${what}: denied ${error.code}`);
  }
}

await tell("alice's balance", () => readBalance({ account: "alice" }));
await tell("wiping all accounts", () => wipe());

const payment = { from: "alice", to: "bob", amount: 30 };
const approval_id = await tell("paying bob", () => payOut(payment));
await approve(approval_id); // a person signs; with a home: `hall approvals approve ID`
await tell("paying bob more", () => payOut({ ...payment, amount: 90 })); // the yes wasn't for this
await tell("paying bob", () => payOut(payment));
await tell("paying bob again", () => payOut(payment)); // and it was for one call

console.log(`on record: ${records().filter(({ kind }) => kind === "decision").length} decisions`);
console.log(`verified: ${hall.audit.verify().ok}`);
await close();
