import type { Json } from "../protocol/canonical.js";
import type { Outcome, Progress } from "../protocol/outcome.js";
import { faultDetail } from "./faultDetail.js";
import { terminalAgent } from "./recordWork.js";
import { type Workshop, withHome } from "./workshop.js";

export type RunOptions = {
  readonly tool: string;
  readonly input: unknown;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Told what the handler itself said of its failure; the Outcome doesn't carry it, since a model may read that. */
  readonly onFault?: (detail: string) => void;
};

/** One governed call from the terminal, as agent `cli:<OS user>`. A refusal is an Outcome, never an error. */
export function runTool(
  ws: Workshop,
  { tool, input, dryRun, signal, onProgress, onFault }: RunOptions,
): Promise<Outcome<Json>> {
  return withHome(ws, async (parts) => {
    const caller = parts.callerFor({ agent: terminalAgent(ws), adapter: "cli", surface: "cli" });
    const outcome = await parts.hall.gate(caller).invoke(tool, input, {
      ...(dryRun === undefined ? {} : { dryRun }),
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    const detail = onFault && faultDetail(parts, outcome);
    if (detail) onFault(detail);
    return outcome;
  });
}
