import { writeSync } from "node:fs";
import { VERSION } from "../protocol/version.js";

/*
 * The command. It starts many times a day, so everything is loaded when it is known to be needed; the version needs
 * nothing.
 */
const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  writeSync(1, `${VERSION}\n`);
} else {
  const { start } = await import("./start.js");
  await start(argv);
}
