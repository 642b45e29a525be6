import { AIMessage, type BaseMessage, type ToolCall, ToolMessage } from "@langchain/core/messages";
import { Command } from "@langchain/langgraph";
import { createMiddleware, type ToolCallRequest } from "langchain";
import { AgentStateSchema, objectWith } from "../../src/protocol/agentState.js";
import { answeredBy, askBatch } from "./asking.js";
import { isHostTool } from "./definition.js";
import { isGoverned } from "./governed.js";
import { guardedTool } from "./guarded.js";
import { meetTools, questionsOf } from "./met.js";
import { lookOver } from "./offered.js";
import { refuseCall } from "./refusal.js";
import { describeWith, type Sources } from "./source.js";
import { type GateSource, tellWhose } from "./whose.js";

export type GovernanceOptions = Sources & {
  /**
   * Members that the run's context must have. LangChain lets a run without them pass; here each of its calls is
   * denied. A gate that is told from the context sees these and no others.
   */
  readonly context?: readonly string[];
};

/**
 * Governs every tool of an agent: each call is decided by the gate where it really runs, on its final arguments, and
 * is recorded. A batch of calls in which some wait for a person stops the graph once, with {@link ApprovalsRequest},
 * and resumes with {@link ApprovalsReply}, by approval_id; a reply that names none of the holds is asked again. Without
 * a checkpointer those calls say APPROVAL_REQUIRED. A tool that the agent doesn't have is denied; so is one of the host's
 * of which too little is said, and `onProblem` hears why.
 *
 * Put it last in the list, so that it sees the tools that other middleware brings. An agent with a tool that the
 * model's provider runs by itself doesn't get as far as the model: a TypeError names the tool. Nothing else throws, but
 * to stop the graph, and for a `source` that is neither a gate nor a function.
 */
export function governanceMiddleware(source: GateSource, options: GovernanceOptions = {}) {
  const { context = [] } = options;
  const whose = tellWhose(source, context);
  const describe = describeWith(options);
  const look = lookOver(describe);
  return createMiddleware({
    name: "HallGovernance",
    stateSchema: AgentStateSchema,
    contextSchema: objectWith(context),

    // The hook after the model isn't told the agent's tools, and may run in another process: they are kept for it.
    wrapModelCall: async (request, handler) => {
      look(request.tools);
      const message = await handler(request);
      const calls = AIMessage.isInstance(message) ? (message.tool_calls ?? []) : [];
      if (calls.length === 0) return message;
      return new Command({ update: { _hallTools: meetTools(calls, request.tools, describe) } });
    },

    afterModel: async (state, runtime) => {
      const { gate, isKnown } = whose(runtime.context);
      if (gate === null || !isKnown) return undefined;
      const questions = await questionsOf(
        gate,
        waitingCalls(state.messages),
        state._hallTools,
        runtime.configurable,
      );
      return { _hallGrants: questions.length === 0 ? {} : (askBatch(questions) ?? {}) };
    },

    wrapToolCall: async (request, handler) => {
      const { toolCall, tool, state, runtime } = request;
      const { gate, isKnown } = whose(runtime.context);
      if (gate === null || !isKnown || !isHostTool(tool)) return refuseCall(gate, toolCall, runtime);
      const answers = state._hallGrants;
      if (isGoverned(tool)) return answeredBy(answers, () => handler(request));
      const described = describe(tool);
      if (described === undefined) return refuseCall(gate, toolCall, runtime);
      const guarded = guardedTool(gate, tool, described, answers);
      return handler({ ...request, tool: guarded as unknown as ToolCallRequest["tool"] });
    },
  });
}

/** The calls of the model's last message that have no answer yet. */
function waitingCalls(messages: readonly BaseMessage[]): readonly ToolCall[] {
  const last = messages.findLast((message) => AIMessage.isInstance(message));
  const answered = new Set(messages.filter(ToolMessage.isInstance).map((message) => message.tool_call_id));
  return (last?.tool_calls ?? []).filter(({ id }) => id === undefined || !answered.has(id));
}
