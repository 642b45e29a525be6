import { findDirectory } from "../hall/findHome.js";
import { VERSION } from "../protocol/version.js";
import { EXIT, type ExitCode } from "./exit.js";
import type { Run } from "./run.js";

/** What clients may show a model about this server. It says who can help, never how policy is loosened. */
const INSTRUCTIONS =
  "Every tool here is governed: each call is decided and recorded before it runs. A refusal says why and who can " +
  "help; hall_may_i previews a call, hall_why explains the record of one, hall_standing lists what you may use.";

/**
 * Serves the home to the MCP client on stdin and stdout, and gives the exit code when it has gone. An IDE waits for
 * the answer to the client's first message, so that comes before ledger, gate and SDK are loaded.
 */
export async function serveHome(run: Run): Promise<ExitCode> {
  const { host, flags } = run;
  const { stdin, stdout, cwd, environment } = host;
  findDirectory({ home: flags.home, cwd, environment }); // where there is none, nobody is greeted
  const { greet } = await import("../mcp/greeting.js");
  const welcome = { version: VERSION, instructions: INSTRUCTIONS };
  const greeter = greet(stdin, stdout, welcome);
  await Promise.race([greeter.met, new Promise(setImmediate)]); // what the client wrote at once has come by then
  const { openServed } = await import("./served.js");
  const { serveStdio } = await import("../mcp/index.js");
  const served = await openServed(run);
  return new Promise((resolve, reject) => {
    serveStdio({
      ...welcome,
      answered: greeter.end(),
      gateFor: ({ name }) => served.gateFor(name),
      approvalUrl: served.approvalUrl,
      onClose: served.close,
      exit: (code) => resolve(code === 0 ? EXIT.ok : EXIT.fault),
    }).catch(reject);
    served.ready.catch((error) => served.close().finally(() => reject(error)));
  });
}
