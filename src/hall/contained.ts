import { type Ask, type AskAnswer, unavailable } from "../protocol/ask.js";
import { makeFault } from "../protocol/fault.js";
import type { Job } from "../run/types.js";
import type { GateParts } from "./gate.js";
import { isActive } from "./listing.js";
import type { Decided } from "./outcomes.js";
import { type Performed, perform, unperformed } from "./perform.js";
import type { Call } from "./situation.js";
import { asInstalled } from "./skills.js";
import { validatorOf } from "./sources.js";
import type { InvokeOptions } from "./types.js";

const NOBODY_ASKED = "the program that called this tool can't be asked anything";

/** What a handler asked of its caller while it ran, and how that ended; the words themselves aren't recorded. */
export type Asked = { readonly kind: Ask["kind"]; answer: AskAnswer["answer"] | "unanswered" };

/** Steps 5 and 6 of a call of an installed skill: its verified bytes run contained, and their output is checked. */
export async function performContained(
  parts: GateParts,
  call: Call,
  { situation, verdict }: Decided,
  options: InvokeOptions,
): Promise<Performed & { readonly asked?: readonly Asked[] }> {
  const { held } = situation;
  const { received, caller } = call;
  if (situation.tool === null || held === null || !received.ok)
    return unperformed(makeFault("RUNNER_UNAVAILABLE"));
  const tool = asInstalled(situation.tool);
  const { manifest, definition, install } = tool;
  const { tenant_id, agent, env } = caller;
  const { correlation_id } = call;
  const { onProgress, onLine, onAsk } = options;
  const asked: Asked[] = [];
  const by = { tool: definition.name, title: definition.title, skill_id: install.skill_id };
  const ask: Job["onAsk"] = async (question, signal) => {
    const noted: Asked = { kind: question.kind, answer: "unanswered" };
    asked.push(noted);
    const answered = (await onAsk?.(question, by, signal)) ?? unavailable(question.kind, NOBODY_ASKED);
    noted.answer = answered.answer;
    return answered;
  };
  const run = parts.running.begin(() => isActive(parts.sources, tool, caller), options.signal);
  try {
    const validate = definition.output_schema === null ? null : await validatorOf(definition.output_schema);
    const performed = await perform(
      parts.runner,
      {
        artifact_digest: install.artifact_digest,
        tenant_id,
        env,
        tool: definition.name,
        handlers: held.handlers,
        input: received.bytes,
        limits: manifest.limits,
        data_dir: parts.dataDir(caller, manifest),
        caller: { tenant_id, agent, env, correlation_id },
        envelope: tool.worker.privilege_envelope,
        alone: verdict.holds.length > 0, // what a person approved runs where no other tool has run
        ...(onProgress === undefined ? {} : { onProgress }),
        ...(onLine === undefined ? {} : { onLine }),
        onAsk: ask,
        onLog: (text) => parts.onLog?.({ skill_id: install.skill_id, tool: definition.name, text }),
      },
      validate,
      parts.patience,
      run.controller,
      manifest.tools.find(({ name }) => name === definition.name)?.output ?? "json",
    );
    return asked.length === 0 ? performed : { ...performed, asked };
  } catch {
    return unperformed(makeFault("RUNNER_UNAVAILABLE"));
  } finally {
    run.end();
  }
}
