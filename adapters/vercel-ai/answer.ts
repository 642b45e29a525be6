import type { ModelMessage } from "ai";

/*
 * What a person answered, as the SDK carries it, in ai 6 and 7 alike: the assistant's message that holds a tool call
 * also holds the tool-approval-request for it, and the answer is a tool-approval-response in the tool message that
 * ends the history. With that history the SDK starts the next run, and with no other it executes an approved call.
 */

/** One answer to the request for one tool call. */
export type Answer = {
  readonly toolCallId: string;
  /** The SDK's own id of the request, which the answer names. */
  readonly requestId: string;
  readonly isYes: boolean;
  /** What the request showed the person as its reason; ai 6 shows none. */
  readonly shown: string | null;
};

/** The answers that this history ends with. What the SDK answered by itself is no person's. */
export function answersIn(messages: readonly ModelMessage[]): readonly Answer[] {
  const last = messages.at(-1);
  if (last?.role !== "tool") return [];
  const requests = requestsIn(messages);
  const answered = new Set<string>();
  return last.content.flatMap((part) => {
    if (part.type !== "tool-approval-response") return [];
    const request = requests.get(part.approvalId);
    if (request === undefined || request.isAutomatic === true) return [];
    const { toolCallId, reason } = request;
    if (answered.has(toolCallId)) return []; // only the first answer counts, as for the SDK
    answered.add(toolCallId);
    const requestId = part.approvalId;
    return [{ toolCallId, requestId, isYes: part.approved === true, shown: reason ?? null }];
  });
}

/** The answer to the request for this very call, if the history ends with one. */
export function answerTo(toolCallId: string, messages: readonly ModelMessage[]): Answer | undefined {
  return answersIn(messages).find((answer) => answer.toolCallId === toolCallId);
}

/**
 * Whether a call comes back with this history, whatever is answered in it and by whom. Then the SDK asks only itself
 * whether an answer was wanted, and shows nobody a request.
 */
export function isComingBack(toolCallId: string, messages: readonly ModelMessage[]): boolean {
  const last = messages.at(-1);
  if (last?.role !== "tool") return false;
  const requests = requestsIn(messages);
  return last.content.some(
    (part) =>
      part.type === "tool-approval-response" && requests.get(part.approvalId)?.toolCallId === toolCallId,
  );
}

/** A tool call as it stands in the history; the last one of that id, as for the SDK. */
export function callIn(
  toolCallId: string,
  messages: readonly ModelMessage[],
): { readonly toolName: string; readonly input: unknown } | undefined {
  return assistantParts(messages).findLast(
    (part) => part.type === "tool-call" && part.toolCallId === toolCallId,
  ) as { readonly toolName: string; readonly input: unknown } | undefined;
}

/** A request as ai 7 writes it; ai 6 knows neither reason nor answers of its own. */
type Request = {
  readonly approvalId: string;
  readonly toolCallId: string;
  readonly isAutomatic?: boolean;
  readonly reason?: string;
};

function requestsIn(messages: readonly ModelMessage[]): ReadonlyMap<string, Request> {
  const requests = assistantParts(messages).filter((part) => part.type === "tool-approval-request");
  return new Map(requests.map((request) => [request.approvalId, request]));
}

function assistantParts(messages: readonly ModelMessage[]) {
  return messages.flatMap(({ role, content }) =>
    role === "assistant" && typeof content !== "string" ? content : [],
  );
}
