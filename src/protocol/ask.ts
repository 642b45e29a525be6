import type { JsonObject } from "./canonical.js";

/** How urgent a log line is, least first (MCP, Logging; RFC 5424). */
export const LOG_LEVELS = [
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency",
] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A line that a handler logged on purpose, by `context.log`; what it prints is none. */
export type LogLine = { readonly level: LogLevel; readonly text: string };

export const ASK_KINDS = ["elicit", "sample"] as const;

/**
 * What a running handler asks of the program that called it: `elicit`, a form for its person ({message, schema}), or
 * `sample`, an answer of its model ({messages, maxTokens, ...} as MCP's sampling/createMessage). Foreign, unchecked.
 */
export type Ask = { readonly kind: (typeof ASK_KINDS)[number]; readonly params: JsonObject };

/**
 * What came of it. `answer` is one word for the record; `value` is what the handler gets: of elicit {action, content?},
 * of sample the model's message. Where nobody can be asked, elicit gives action "unavailable" and sample gives {error}.
 */
export type AskAnswer = {
  readonly answer: "accept" | "decline" | "cancel" | "answered" | "unavailable";
  readonly value: JsonObject;
};

/** Who asks: shown to the person, so that a handler can't speak as somebody else. */
export type Asker = {
  readonly tool: string;
  readonly title: string;
  readonly skill_id: string;
};

/** The answer to what can't be asked here, with the reason for the handler's author. */
export function unavailable(kind: Ask["kind"], reason: string): AskAnswer {
  const value = kind === "elicit" ? { action: "unavailable", reason } : { error: reason };
  return { answer: "unavailable", value };
}
