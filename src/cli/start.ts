import { realpathSync } from "node:fs";
import { EXIT } from "./exit.js";
import { main } from "./main.js";

/**
 * Runs the process's own command line and ends the process with its exit code. The first Ctrl-C lets what is under
 * way close what it opened, the second doesn't wait. Whoever stops reading stdout wants no more, and no complaint.
 */
export async function start(argv: readonly string[]): Promise<void> {
  const { stdin, stdout, stderr, env: environment } = process;
  const ending = new AbortController();
  let unread = false;

  process.on("SIGINT", () => {
    if (ending.signal.aborted) process.exit(EXIT.interrupted);
    ending.abort();
  });
  stdout.on("error", () => {
    unread = true;
    ending.abort();
  });
  stderr.on("error", () => {}); // its reader's going away is no reason to stop

  const program = [process.execPath, realpathSync(process.argv[1] ?? "")] as const;
  const { signal } = ending;
  const code = await main(argv, { stdin, stdout, stderr, environment, cwd: process.cwd(), signal, program });
  stdout.write("", () => process.exit(unread ? EXIT.ok : code)); // a pipe takes what is written before the end
}
