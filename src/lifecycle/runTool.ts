import { callerOf } from "../hall/caller.js";
import { readConfig } from "../hall/home.js";
import type { Json } from "../protocol/canonical.js";
import type { Outcome, Progress } from "../protocol/outcome.js";
import { terminalAgent } from "./recordWork.js";
import { type Workshop, withHome } from "./workshop.js";

export type RunOptions = {
  readonly tool: string;
  readonly input: unknown;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
};

/** One governed call from the terminal, as agent `cli:<OS user>`. A refusal is an Outcome, never an error. */
export function runTool(
  ws: Workshop,
  { tool, input, dryRun, signal, onProgress }: RunOptions,
): Promise<Outcome<Json>> {
  return withHome(ws, ({ hall, policy, home, session_id }) => {
    const session = { agent: terminalAgent(ws), adapter: "cli", surface: "cli", session_id } as const;
    const caller = () => callerOf(policy()?.config ?? readConfig(home), session);
    return hall.gate(caller).invoke(tool, input, {
      ...(dryRun === undefined ? {} : { dryRun }),
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
  });
}
