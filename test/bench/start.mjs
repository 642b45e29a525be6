import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { openClient } from "./client.mjs";
import { HALL_MODULES, makeHome, stateOf } from "./hall.mjs";
import { ratio, takeTurns, timeOf } from "./measure.mjs";
import { atMost } from "./table.mjs";

/** What starting the command costs, as an IDE does at every launch, beside a Node that does nothing. */
export const start = {
  needs: ["cli/hall.mjs", ...HALL_MODULES],
  rows: [
    { id: "start_version", what: "hall --version / node -e 0", goal: atMost(1.3) },
    { id: "start_mcp", what: "spawn of hall mcp to initialize answered / node -e 0", goal: atMost(2.2) },
  ],
  async measure({ quick, dist, work, env }) {
    const hall = dist.path("cli/hall.mjs");
    const home = join(work, "started");
    await makeHome(dist, home);
    const run = (...args) => {
      const { status, stderr } = spawnSync(process.execPath, args, { env });
      if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
    };
    const ownState = { ...env, HALL_STATE: stateOf(home) };
    const { bare, version, initialize } = await takeTurns(quick ? 5 : 31, {
      bare: () => timeOf(() => run("-e", "0")),
      version: () => timeOf(() => run(hall, "--version")),
      initialize: async () => {
        let client;
        const took = await timeOf(async () => {
          client = await openClient(process.execPath, [hall, "mcp", "--home", home], { env: ownState });
        });
        await client.close();
        return took;
      },
    });
    return { start_version: ratio(version, bare, "ms"), start_mcp: ratio(initialize, bare, "ms") };
  },
};
