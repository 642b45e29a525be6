import { execFile } from "node:child_process";

const DIE_WITH_PARENT: readonly string[] = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"];

/**
 * What children are started through, so that even a busy one dies when this process is killed: it would never get to
 * read the end of fd 3. That is util-linux on Linux, tried out once; elsewhere nothing, and there a handler that never
 * yields outlives a Hall that was ended by SIGKILL. Costs about 1 ms a child.
 */
export function findLauncher(): Promise<readonly string[]> {
  const [program = "", ...args] = DIE_WITH_PARENT;
  return new Promise((resolve) => {
    execFile(program, [...args, "/bin/true"], { env: {}, timeout: 10_000 }, (error) =>
      resolve(error === null ? DIE_WITH_PARENT : []),
    );
  });
}

/** Whether a child started by this command dies with this process even when it can't read that fd 3 ended. */
export function diesWithParent(command: readonly string[]): boolean {
  return DIE_WITH_PARENT.every((word, at) => command[at] === word);
}
