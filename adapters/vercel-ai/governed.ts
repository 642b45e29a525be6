import type { ToolSet } from "ai";
import type { Progress } from "../../src/protocol/outcome.js";
import { type Answer, answerTo } from "./answer.js";
import { type CallOptions, decline, type Prompt, promptOf, said, type Way } from "./asking.js";
import { streamed } from "./progress.js";
import { spoken } from "./refusal.js";

/** A tool of the SDK, whatever it takes and gives. */
export type AnyTool = ToolSet[string];

/** All of a tool but what being governed says of it. */
export type Shape = Omit<AnyTool, "execute" | "needsApproval">;

export type GovernOptions = {
  /**
   * Show how far a call has come as preliminary results (`{ hall: { outcome: "running", progress, total?, message? } }`).
   * Then `execute` gives an async iterable, and the SDK shows the result once as preliminary too. Off when left out.
   */
  readonly progress?: boolean;
};

type Governed = {
  /** What a person is to be asked before this call; undefined for nothing. */
  prompt(args: unknown, options: CallOptions): Promise<Prompt | undefined>;
  /** Records a person's no to this call. */
  decline(args: unknown, answer: Answer): Promise<void>;
};

const governed = new WeakMap<object, Governed>();

/** How to ask about a tool that governedTools or governTools made; undefined for any other, also for a copy of one. */
export function governedOf(tool: unknown): Governed | undefined {
  return typeof tool === "object" && tool !== null ? governed.get(tool) : undefined;
}

/** Makes a tool one whose every call goes one way. `shape` is all of it but what is said here. */
export function governedTool(shape: Shape, way: Way, { progress = false }: GovernOptions): AnyTool {
  const call = async (args: unknown, execution: CallOptions, onProgress?: (at: Progress) => void) => {
    const { abortSignal, messages, toolCallId } = execution;
    const answer = answerTo(toolCallId, messages);
    const outcome = await way.call(
      args,
      {
        correlationId: toolCallId,
        ...(abortSignal === undefined ? {} : { signal: abortSignal }),
        ...(onProgress === undefined ? {} : { onProgress }),
        onHold: async ({ approval_id }) => said(answer, approval_id),
      },
      execution,
    );
    return spoken(outcome);
  };
  const prompt = (args: unknown, options: CallOptions) => promptOf(way, args, options);
  const made: object = {
    ...shape,
    needsApproval: async (args: unknown, options: CallOptions) => (await prompt(args, options)) !== undefined,
    execute: progress
      ? (args: unknown, execution: CallOptions) => streamed((onProgress) => call(args, execution, onProgress))
      : (args: unknown, execution: CallOptions) => call(args, execution),
  };
  const tool = made as AnyTool;
  governed.set(tool, { prompt, decline: (args, answer) => decline(way, args, answer) });
  return tool;
}
