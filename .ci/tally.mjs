/* Adds up vitest's JSON reports in a folder and prints the line that closes a run: tally.mjs FOLDER FAILED SKIPPED */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [folder, failedStages, skippedStages] = process.argv.slice(2);
const total = { passed: 0, failed: Number(failedStages), skipped: Number(skippedStages) };

for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
  for (const { name, status, assertionResults } of JSON.parse(readFileSync(join(folder, file), "utf8"))
    .testResults) {
    for (const { status, fullName } of assertionResults) {
      const kind = status === "passed" || status === "failed" ? status : "skipped";
      total[kind] += 1;
      if (kind !== "passed") console.log(`${kind} (${file.replace(".json", "")}): ${fullName}`);
    }
    if (status !== "failed" || assertionResults.some((one) => one.status === "failed")) continue;
    total.failed += 1; // the file couldn't be loaded, or a hook failed
    console.log(`failed (${file.replace(".json", "")}): ${name}`);
  }
}

console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
