/*
 * Long checks: npm run long:<name> -- --seed S --n N
 *
 * A seeded test is run again and again with seed S, S+1, … until N cases are done. Interrupted, it goes on where it
 * stopped when it is started with the same seed (test/long/.progress keeps the place). The figures are the last line.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Each check: the test that it runs, and how many cases go into one run of it. */
const CHECKS = {
  mutations: { file: "test/records/verify.test.ts", chunk: 250 },
  forgeries: { file: "test/laws/forgeries.test.ts", chunk: 1_000 },
  decisions: { file: "test/laws/oracle.test.ts", chunk: 5_000 },
  calls: { file: "test/surfaces/random", chunk: 500 },
};

const [name] = process.argv.slice(2);
const check = CHECKS[name];
if (check === undefined) {
  console.error(`long: expected one of ${Object.keys(CHECKS).join(", ")}`);
  process.exit(64);
}
const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    n: { type: "string", default: "1000" },
  },
});
const seed = Number(values.seed);
const n = Number(values.n);

const place = join(root, "test/long/.progress", `${name}-${seed}.json`);
let done = readPlace();
if (done > 0) console.log(`long:${name}: going on after ${done} cases`);
while (done < n) {
  const cases = Math.min(check.chunk, n - done);
  const env = {
    ...process.env,
    LONG_SEED: String(seed + Math.floor(done / check.chunk)),
    LONG_N: String(cases),
  };
  const run = spawnSync("npx", ["vitest", "run", check.file], { cwd: root, env, stdio: "inherit" });
  if (run.status !== 0) {
    console.error(`long:${name}: failed with LONG_SEED=${env.LONG_SEED} LONG_N=${cases}`);
    process.exit(1);
  }
  done += cases;
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, JSON.stringify({ done }));
}
rmSync(place, { force: true });
console.log(`long:${name}: ${n} cases from seed ${seed}, all good`);

function readPlace() {
  try {
    return JSON.parse(readFileSync(place, "utf8")).done;
  } catch {
    return 0;
  }
}
