import { shownWhole } from "../protocol/shown.js";
import { type Line, renderLine } from "./line.js";

/** Where a command's words go. stdout carries the result and nothing else; everything beside it goes to stderr. */
export type Output = {
  readonly json: boolean;
  /** The result: one JSON document with --json, else lines for people. */
  result(document: object, lines: () => readonly Line[]): void;
  /** One of many results: a JSON document a line with --json, else a line for people. */
  row(document: object, line: () => Line): void;
  /** A line beside the result; nothing with --json. */
  note(...line: readonly Line[]): void;
  /** Names a command that helps an operator. Said on a terminal only: what a program reads never says how policy is loosened. */
  hint(...line: readonly Line[]): void;
  /** What is shown before a question, and the question: on stderr in every mode. */
  ask(...line: readonly Line[]): void;
  /** What a long step is doing now; on a terminal only, and gone when it is over. */
  progress(step: string): void;
};

/** The parts of a stream that matter here. */
export type Sink = { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };

const CLEAR = "\r\x1b[2K";

export function openOutput(options: {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly json: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): Output {
  const { stdout, stderr, json, environment } = options;
  let progressShown = false;

  const clear = () => {
    if (progressShown) stderr.write(CLEAR);
    progressShown = false;
  };
  const write = (sink: Sink, line: Line) => {
    clear();
    sink.write(`${renderLine(line, isColoured(sink, environment))}\n`);
  };
  const toPerson = (lines: readonly Line[]) => {
    for (const line of lines) write(stderr, line);
  };
  const document = (value: object) => {
    clear();
    stdout.write(`${shownWhole(JSON.stringify(value))}\n`);
  };

  return {
    json,
    result(value, lines) {
      if (json) document(value);
      else for (const line of lines()) write(stdout, line);
    },
    row(value, line) {
      if (json) document(value);
      else write(stdout, line());
    },
    note(...lines) {
      if (!json) toPerson(lines);
    },
    hint(...lines) {
      if (!json && stderr.isTTY === true) toPerson(lines);
    },
    ask: (...lines) => toPerson(lines),
    progress(step) {
      if (stderr.isTTY !== true) return;
      const room = (stderr.columns ?? 80) - 3; // a line that wraps can't be taken back
      const line: Line = [{ style: "dim", text: `${shownWhole(step).slice(0, room)} …` }];
      stderr.write(`${CLEAR}${renderLine(line, isColoured(stderr, environment))}`);
      progressShown = true;
    },
  };
}

/** https://no-color.org: a NO_COLOR that is set and not empty wins over any terminal. */
function isColoured(sink: Sink, environment: Readonly<Record<string, string | undefined>>): boolean {
  return sink.isTTY === true && !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
}
