import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openMemoryHall } from "../../../src/hall/open.js";
import type { Gate } from "../../../src/hall/types.js";
import { readTools } from "../../../src/mcp/upstream/definitions.js";
import { openPool, type Pool, type PoolOptions } from "../../../src/mcp/upstream/pool.js";
import { withServers } from "../../../src/mcp/upstream/withServers.js";
import type { ServerConfig } from "../../../src/protocol/foreign.js";
import { CALLER, policyOf, ruleFor } from "../../hall/memoryHall.js";

const SERVER = fileURLToPath(new URL("fixtureServer.mjs", import.meta.url));

/** A tool as a server writes it on the wire. */
export type Wire = Readonly<Record<string, unknown>>;

export const ALLOW = ruleFor("rr_foreign_dev_001", "cap.int.api.call", "wrk.host.tool");

export type FixtureOptions = {
  readonly accept?: "exact" | "text";
  readonly rules?: readonly unknown[];
  readonly file?: Readonly<Record<string, unknown>>;
  readonly server?: Partial<ServerConfig>;
  readonly pool?: Partial<PoolOptions>;
  readonly listWithinMs?: number;
};

/** A Hall in memory that governs the fixture server `fix`, whose tools were accepted as they are given here. */
export async function openFixture(tools: readonly Wire[], options: FixtureOptions = {}) {
  const dir = mkdtempSync(join(tmpdir(), "hall-fixture-"));
  const file = join(dir, "tools.json");
  const said: string[] = [];
  const say = (now: readonly unknown[], more: object = options.file ?? {}) =>
    writeFileSync(file, JSON.stringify({ tools: now, ...more }));
  say(tools);
  const server = { command: process.execPath, args: [SERVER, file], env: [], ...options.server };
  const config = {
    servers: { fix: server },
    tools: [...readTools(tools).tools.values()].map((definition) => ({
      origin: "fix",
      capability: "cap.int.api.call",
      definition,
      accept: options.accept ?? "exact",
    })),
  };
  let pool: Pool | undefined;
  const parts = await openMemoryHall({
    policy: () => policyOf(options.rules ?? [ALLOW], config),
    servers: ({ servers }) => {
      const own = openPool({
        servers,
        environment: process.env,
        cwd: dir,
        version: "0.0.0",
        log: (line) => said.push(line),
        ...options.pool,
      });
      pool = own;
      const { listWithinMs } = options;
      const within = listWithinMs === undefined ? {} : { listWithinMs };
      return {
        around: (gate, accepted) => withServers(gate, { accepted, pool: own, ...within }),
        close: () => own.close(),
      };
    },
  });
  if (pool === undefined) throw new Error("no pool was opened");
  const gate: Gate = parts.hall.gate(CALLER);
  return {
    ...parts,
    gate,
    pool,
    /** The Hall's log. */
    said,
    /** What the server says from now on. */
    say,
    listed: async () =>
      (await gate.tools()).map(({ name }) => name).filter((name) => name.startsWith("fix__")),
    async close() {
      await parts.hall.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
