import { LOG_LEVELS, type LogLevel, type LogLine } from "../protocol/ask.js";
import { isObject } from "./message.js";
import { invalidParams } from "./rpc.js";

/** Which of a session's log lines its client wants; from info up until it says otherwise. */
export type LogFilter = {
  /** logging/setLevel. Throws RpcError -32602. */
  setLevel(params: unknown): void;
  wants(line: LogLine): boolean;
};

export function openLogFilter(): LogFilter {
  let least: LogLevel = "info";
  return {
    setLevel(params) {
      const level = isObject(params) ? params["level"] : undefined;
      const known = LOG_LEVELS.find((name) => name === level);
      if (known === undefined) throw invalidParams(`params.level must be one of ${LOG_LEVELS.join(", ")}.`);
      least = known;
    },
    wants: ({ level }) => LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least),
  };
}
