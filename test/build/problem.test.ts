import { expect, test } from "vitest";
import { BuildError, describeProblem, distinctProblems, formatPath } from "../../src/build/problem.js";

test("paths are written as people write them", () => {
  expect(formatPath([])).toBe("");
  expect(formatPath(["tools", 0, "input_schema", "a.b", "$ref", "x-y"])).toBe(
    'tools[0].input_schema["a.b"].$ref.x-y',
  );
  expect(formatPath(["", 0])).toBe('[""][0]');
});

test("a problem is one line: place, what, remedy", () => {
  const problem = { file: "skill.yaml", line: 3, path: "title", message: "missing", remedy: "Write one" };
  expect(describeProblem(problem)).toBe("skill.yaml:3 title: missing. Write one");
  expect(describeProblem({ file: "a.ts", message: "no such file", remedy: "Create it" })).toBe(
    "a.ts: no such file. Create it",
  );
});

test("the same problem counts once, another line is another", () => {
  const problem = { file: "a.ts", line: 1, message: "m", remedy: "r" };
  expect(distinctProblems([problem, { ...problem }, { ...problem, line: 2 }])).toEqual([
    problem,
    { ...problem, line: 2 },
  ]);
});

test("the error keeps all problems and shows the first hundred", () => {
  const problems = Array.from({ length: 102 }, (_, i) => ({
    file: "a",
    line: i + 1,
    message: "m",
    remedy: "r",
  }));
  const { message, problems: kept } = new BuildError(problems);
  expect(kept).toHaveLength(102);
  expect(message.split("\n")).toHaveLength(102);
  expect(message).toMatch(/^The skill can't be built, 102 problems:\n {2}a:1: m\. r\n/);
  expect(message).toMatch(/ {2}a:100: m\. r\n {2}and 2 more$/);
});
