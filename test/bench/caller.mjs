/*
 * One of the processes of the revoke's row: `node caller.mjs DIST HOME`. It keeps one call running and calls without a
 * pause beside it, until it is denied and the running one has ended.
 */

import { openDist } from "./dist.mjs";
import { callerNamed, openAt } from "./hall.mjs";

const [directory, home] = process.argv.slice(2);
const parts = await openAt(openDist(directory), home);
const gate = parts.hall.gate(callerNamed("mcp:bench", parts.session_id));
const say = (message) => console.log(JSON.stringify(message));

const running = gate.invoke("wait", { ms: 20_000 }).then((outcome) => {
  const code = outcome.kind === "failed" ? outcome.fault.code : outcome.kind;
  if (code !== "REVOKED_IN_FLIGHT") throw new Error(`the running call ended with ${code}`);
  return Date.now();
});
running.catch(() => {}); // said where it is waited for
await invoke();
say({ ready: true });
while (await invoke());
say({ abortedAt: await running });
await parts.hall.close();

async function invoke() {
  const outcome = await gate.invoke("echo", { text: "again" });
  if (outcome.kind === "done") return true;
  const code = outcome.denial?.code ?? outcome.fault?.code ?? outcome.kind;
  if (code === "DENY_SKILL_REVOKED" || code === "REVOKED_IN_FLIGHT") return false;
  throw new Error(`a call ended with ${code}`);
}
