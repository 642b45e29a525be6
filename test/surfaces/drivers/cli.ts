import { spawn } from "node:child_process";
import { userInfo } from "node:os";
import { text } from "node:stream/consumers";
import type { Outcome } from "../../../src/protocol/outcome.js";
import { type HomeStage, openHomeStage } from "../homeStage.js";
import { type Surface, seenOf } from "../surface.js";
import { PROCESS_SKIPS } from "./mcpProcess.js";

const ASKS_NOBODY = "hall skill run asks nobody: who approves does it by hall approvals";
const UNSEEN = "nothing outside the process tells when its handler has begun";

/** `hall skill run`, a process for each call. */
export const cli: Surface = {
  name: "hall skill run",
  adapter: "cli",
  correlates: false,
  previews: false,
  agents: [`cli:${userInfo().username}`, "agent:ann"],
  hasOwnClock: true,
  skips: {
    ...PROCESS_SKIPS,
    "held, then confirmed": ASKS_NOBODY,
    "held, then declined": ASKS_NOBODY,
    "a client's yes where an approver must sign": ASKS_NOBODY,
    "a client's no where an approver must sign": ASKS_NOBODY,
    "cancelled while it runs": UNSEEN,
    "revoked in flight": UNSEEN,
  },
  cannotCall: ({ tool }) => (tool === "" ? "a command line names a tool" : undefined),
  stage: openHomeStage,
  open: (stage) => ({
    async call({ tool, args }) {
      const { project } = stage as HomeStage;
      const command = [project.cli, "skill", "run", tool, "--input", "-", "--json", "--home", project.home];
      const child = spawn(process.execPath, command, { cwd: project.dir, env: project.environment });
      child.stdin.end(JSON.stringify(args));
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      if (stdout === "") throw new Error(`hall skill run said nothing: ${stderr}`);
      return seenOf(JSON.parse(stdout) as Outcome, undefined);
    },
  }),
};
