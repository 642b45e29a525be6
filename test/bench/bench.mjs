/*
 * npm run bench: hall.md's numbers for what is built, each a ratio of a subject and a floor that take turns in this
 * one run. `-- --json` prints them as JSON, `--quick` takes few turns, `--only NAME` one family, `--dist DIR` another
 * build. It runs itself again with next to no environment: NODE_EXTRA_CA_CERTS alone makes an empty Node so slow that
 * everything looks fast beside it (platform.md).
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { calls } from "./calls.mjs";
import { decide } from "./decide.mjs";
import { openDist, ROOT } from "./dist.mjs";
import { packages } from "./packages.mjs";
import { records } from "./records.mjs";
import { revoke } from "./revoke.mjs";
import { start } from "./start.mjs";
import { finishedRow, heading, lineOf, unbuiltRow } from "./table.mjs";

const FAMILIES = { decide, calls, records, packages, start, revoke };
const SCRUBBED = "WCP_HALL_BENCH"; // says that this is the run without the caller's environment

if (process.env[SCRUBBED] === undefined) {
  const again = [...process.execArgv, ...process.argv.slice(1)];
  const env = { PATH: process.env.PATH, [SCRUBBED]: "1" };
  process.exitCode = spawnSync(process.execPath, again, { env, stdio: "inherit" }).status ?? 1;
} else {
  await run();
}

async function run() {
  const { values: flags } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      only: { type: "string", default: Object.keys(FAMILIES).join(",") },
      dist: { type: "string" },
    },
  });
  const cache = join(ROOT, "node_modules", ".cache", "wcp-hall"); // on the project's own disk: /tmp may be memory
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "bench-"));
  const bench = { quick: flags.quick, dist: openDist(flags.dist), work, env: { PATH: process.env.PATH } };
  const rows = [];
  const print = (row) => {
    rows.push(row);
    if (!flags.json) console.log(lineOf(row));
  };
  try {
    if (!flags.json) console.log(heading());
    for (const name of flags.only.split(",")) {
      for (const row of await measureFamily(FAMILIES[name], bench)) print(row);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const machine = { node: process.version, platform: process.platform, cpus: cpus().length };
  if (flags.json) console.log(JSON.stringify({ ...machine, quick: flags.quick, rows }, null, 2));
}

/** The rows of a family: measured where all that they need is built. */
async function measureFamily({ needs, rows, measure }, bench) {
  const missing = needs.filter((path) => !bench.dist.has(path));
  if (missing.length > 0) return rows.map((row) => unbuiltRow(row, missing));
  const measured = await measure(bench);
  return rows.map((row) => finishedRow(row, measured[row.id]));
}
