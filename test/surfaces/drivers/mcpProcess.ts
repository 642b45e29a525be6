import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { type HomeStage, openHomeStage } from "../homeStage.js";
import { afterReceipt, type Surface } from "../surface.js";
import { askingClient, NO_FORM } from "./mcp.js";

const APPLIED = "hall init puts a home's policy in force";
const CLOCK = "another process has the machine's clock, which no test waits for";
const ONE_CALLER = "a process has one caller, who has his holds of other scenarios open";

/** What no process of a home's own can play. */
export const PROCESS_SKIPS = {
  "policy not applied": APPLIED,
  "a hold that expired": CLOCK,
  "an approval that nobody used in time": CLOCK,
  "too many holds": ONE_CALLER,
  "two callers": ONE_CALLER,
  "publisher revoked": "the home's publisher has its own key, and the order would name another",
};

/** `hall mcp` as an IDE starts it, with the SDK's own client. */
export const mcpProcess: Surface = {
  name: "hall mcp, a process",
  adapter: "mcp",
  correlates: true,
  previews: false,
  agents: ["mcp:surface", "agent:ann"],
  hasOwnClock: true,
  skips: { ...PROCESS_SKIPS, "a client's no where an approver must sign": NO_FORM },
  stage: openHomeStage,
  async open(stage) {
    const { project } = stage as HomeStage;
    const asking = askingClient("surface");
    const args = [project.cli, "mcp", "--home", project.home];
    const env = { ...project.environment };
    await asking.client.connect(
      new StdioClientTransport({ command: process.execPath, args, env }) as Transport,
    );
    return {
      call(ask) {
        const since = stage.place();
        return asking
          .call(ask, () => stage.began(ask.tool))
          .catch((error: unknown) => {
            if (ask.signal?.aborted) return afterReceipt(stage, since); // who cancels gets no answer
            throw error;
          });
      },
      close: () => asking.client.close(),
    };
  },
};
