/** package.json's version, put in by the build: importing even that would take as long as answering. */
declare const HALL_VERSION: string;

/*
 * The command. It starts many times a day, so everything is loaded when it is known to be needed; the version needs
 * nothing.
 */
const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  process.getBuiltinModule("node:fs").writeSync(1, `${HALL_VERSION}\n`); // an import would load streams too
} else {
  const { start } = await import("./start.js");
  await start(argv);
}
