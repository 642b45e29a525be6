import { describe, expect, test } from "vitest";
import { openOutput } from "../../src/cli/output.js";

function open(options: { json?: boolean; terminal?: boolean; environment?: Record<string, string> } = {}) {
  const { json = false, terminal = false, environment = {} } = options;
  const written = { stdout: "", stderr: "" };
  const sink = (name: "stdout" | "stderr") => ({
    isTTY: terminal,
    write: (text: string) => {
      written[name] += text;
    },
  });
  return { written, out: openOutput({ stdout: sink("stdout"), stderr: sink("stderr"), json, environment }) };
}

const RED = [{ style: "red", text: "no" } as const];

describe("with --json", () => {
  test("stdout has the document alone, on one line", () => {
    const { out, written } = open({ json: true });
    out.note("a note");
    out.hint("a hint");
    out.result({ ok: true, text: "\u202e" }, () => ["not this"]);
    expect(written).toEqual({ stdout: '{"ok":true,"text":"\\u202e"}\n', stderr: "" });
  });

  test("rows are documents", () => {
    const { out, written } = open({ json: true });
    out.row({ seq: 0 }, () => "not this");
    out.row({ seq: 1 }, () => "not this");
    expect(written.stdout).toBe('{"seq":0}\n{"seq":1}\n');
  });
});

describe("for people", () => {
  test("the result is on stdout, what stands beside it on stderr", () => {
    const { out, written } = open();
    out.note("a note");
    out.result({}, () => ["one", "two"]);
    expect(written).toEqual({ stdout: "one\ntwo\n", stderr: "a note\n" });
  });

  test.each<[string, { terminal?: boolean; environment?: Record<string, string> }, string]>([
    ["a terminal", { terminal: true }, "\x1b[31mno\x1b[0m\n"],
    ["no terminal", {}, "no\n"],
    ["NO_COLOR", { terminal: true, environment: { NO_COLOR: "1" } }, "no\n"],
    ["an empty NO_COLOR", { terminal: true, environment: { NO_COLOR: "" } }, "\x1b[31mno\x1b[0m\n"],
    ["a dumb terminal", { terminal: true, environment: { TERM: "dumb" } }, "no\n"],
  ])("colour with %s", (_name, options, shown) => {
    const { out, written } = open(options);
    out.result({}, () => [RED]);
    expect(written.stdout).toBe(shown);
  });

  test("hints and progress are for terminals", () => {
    const piped = open();
    piped.out.hint("hall apply");
    piped.out.progress("building");
    expect(piped.written.stderr).toBe("");
    const { out, written } = open({ terminal: true, environment: { NO_COLOR: "1" } });
    out.hint("hall apply");
    out.progress("building");
    out.result({}, () => ["built"]);
    expect(written.stderr).toBe("hall apply\n\r\x1b[2Kbuilding …\r\x1b[2K");
    expect(written.stdout).toBe("built\n");
  });
});
