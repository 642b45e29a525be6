import { describe, expect, test } from "vitest";
import { Declined, failureLines, Interrupted, toFailure, UsageError } from "../../src/cli/failure.js";
import { renderLine } from "../../src/cli/line.js";
import { HomeError } from "../../src/hall/home.js";
import { LifecycleError } from "../../src/lifecycle/error.js";

const shown = (error: unknown) => failureLines(toFailure(error)).map((line) => renderLine(line, false));

describe("an error", () => {
  test.each<[string, unknown, number, string]>([
    ["of the command line", new UsageError("What?", "See help."), 64, "USAGE"],
    ["of a verb", new LifecycleError("NOT_FOUND", "No.", "Look."), 1, "NOT_FOUND"],
    ["of a home", new HomeError("NO_HOME", "None."), 1, "NO_HOME"],
    ["of somebody who said no", new Declined("Nothing was done."), 1, "DECLINED"],
    ["by Ctrl-C", new Interrupted(), 130, "INTERRUPTED"],
    ["that nobody foresaw", new TypeError("x is not a function"), 1, "INTERNAL"],
    ["of Node", Object.assign(new Error("no"), { code: "ENOENT", syscall: "open" }), 1, "INTERNAL"],
    ["that is none", "thrown text", 1, "INTERNAL"],
  ])("%s", (_name, error, exit, code) => {
    expect(toFailure(error)).toMatchObject({ exit, code });
  });

  test("names file, line, field, problem and remedy of everything that is wrong", () => {
    const problems = [
      { file: "skill.yaml", line: 12, path: "tools[0].name", message: "is too long", remedy: "Shorten it" },
      { message: "has no title", remedy: "Add one" },
    ];
    expect(shown(new LifecycleError("BUILD_FAILED", "2 problems.", "Correct them.", { problems }))).toEqual([
      "BUILD_FAILED: 2 problems.",
      "  skill.yaml:12 tools[0].name: is too long",
      "    Shorten it",
      "  has no title",
      "    Add one",
      "Correct them.",
    ]);
  });

  test("shows the first of many problems and counts the others; the document has them all", () => {
    const problems = Array.from({ length: 123 }, (_, i) => ({
      message: `problem ${i}`,
      remedy: "Correct it",
    }));
    const error = new LifecycleError("BUILD_FAILED", "123 problems.", "Correct them.", { problems });
    const lines = shown(error);
    expect(lines.filter((line) => line.startsWith("  problem"))).toHaveLength(20);
    expect(lines.slice(-2)).toEqual(["  and 103 more; --json lists them all", "Correct them."]);
    expect(toFailure(error).problems).toHaveLength(123);
  });

  test("that nobody foresaw says where it happened", () => {
    expect(shown(new TypeError("x is not a function")).join("\n")).toMatch(
      /INTERNAL: x is not.*\n.*report.*\n(.*\n)+.*failure\.test/,
    );
  });

  test("shows its problems once", () => {
    expect(shown(new HomeError("BAD_FILE", "config.json has 1 problem(s):", ["env: is missing"]))).toEqual([
      "BAD_FILE: config.json has 1 problem(s):",
      "  env: is missing",
    ]);
  });
});
