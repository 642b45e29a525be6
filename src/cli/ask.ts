import { Interrupted } from "./failure.js";
import type { Host } from "./host.js";
import type { Output } from "./output.js";

/** Whether somebody is there to answer: both ends of the conversation are a terminal. */
export function canAsk({ stdin, stderr }: Pick<Host, "stdin" | "stderr">): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** Asks for a line; Ctrl-D gives an empty one. The conversation is on stderr, since stdout carries the result. */
export async function askLine(host: Host, question: string): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const { stdin, stderr, signal } = host;
  const reader = createInterface({ input: stdin, output: stderr });
  reader.on("SIGINT", () => process.kill(process.pid, "SIGINT")); // the terminal hands Ctrl-C to the reader as a key
  const closed = new Promise<string>((resolve) => reader.once("close", () => resolve("")));
  try {
    return (await Promise.race([reader.question(question, { signal }), closed])).trim();
  } catch {
    throw new Interrupted();
  } finally {
    reader.close();
  }
}

/** Shows a change and asks whether to make it. `yes` answers; where nobody can be asked the answer is no. */
export async function accept(
  host: Host,
  out: Output,
  yes: boolean,
  question: string,
  details: readonly string[],
): Promise<boolean> {
  if (yes) {
    out.note(`${question} Yes, as --yes says.`, ...details.map((line) => `  ${line}`));
    return true;
  }
  out.ask(question, ...details.map((line) => `  ${line}`));
  if (!canAsk(host)) {
    out.ask("There is no terminal to ask on: pass --yes to accept this.");
    return false;
  }
  return /^y(es)?$/i.test(await askLine(host, "Accept? [y/N] "));
}
