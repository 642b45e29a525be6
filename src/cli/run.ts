import { userInfo } from "node:os";
import type { Workshop } from "../lifecycle/workshop.js";
import { accept } from "./ask.js";
import { Interrupted } from "./failure.js";
import type { Host } from "./host.js";
import { type Output, openOutput } from "./output.js";
import { saidLines } from "./said.js";

/** The options that every command takes, and `--yes` of those that ask. */
export type Flags = { readonly json?: boolean; readonly home?: string; readonly yes?: boolean };

/** One command under way: what its verb needs, and where its words go. */
export type Run = {
  readonly host: Host;
  readonly flags: Flags;
  readonly workshop: Workshop;
  readonly out: Output;
  readonly signal: AbortSignal;
};

export function openRun(host: Host, flags: Flags): Run {
  const { stdout, stderr, environment, cwd, signal, program } = host;
  const out = openOutput({ stdout, stderr, environment, json: flags.json === true });
  const workshop: Workshop = {
    cwd,
    home: flags.home,
    environment,
    clock: Date.now,
    user: userName(environment),
    program,
    warn: (line) => out.note(line),
    progress(step) {
      if (signal.aborted) throw new Interrupted();
      out.progress(step);
    },
    said: ({ tool, text }) => out.note(...saidLines(tool, text)),
    accept: (question, details) => accept(host, out, flags.yes === true, question, details),
  };
  return { host, flags, workshop, out, signal };
}

/** The OS user; a container's user may have no name. */
function userName(environment: Host["environment"]): string {
  try {
    return userInfo().username;
  } catch {
    return environment["USER"] || "unknown";
  }
}
