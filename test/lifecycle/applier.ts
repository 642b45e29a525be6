import { applyHome } from "../../src/lifecycle/applyHome.js";

// Run as its own process: applier.mjs <directory>. Applies the home there, and prints the Hall's name.
const [cwd = ""] = process.argv.slice(2);

const { hall_id } = await applyHome({
  cwd,
  environment: process.env,
  clock: Date.now,
  user: "ada",
  program: [process.execPath],
  progress: () => {},
  accept: async () => true,
});
process.stdout.write(`${hall_id}\n`);
