import { resolve } from "node:path";
import { type Built, compileAndBuild } from "./buildSkillAt.js";
import { inWords } from "./error.js";
import { type ExampleResult, runExamples } from "./examples.js";
import type { Workshop } from "./workshop.js";

/** How a skill's examples went. It passes when each tool has one, as certifying asks, and each gave what it promises. */
export type TestReport = {
  readonly passed: boolean;
  readonly examples: readonly ExampleResult[];
  /** Tools without an example. */
  readonly missing: readonly string[];
};

/** Builds the skill and runs its examples through the gate of a throw-away Hall. Throws LifecycleError BUILD_FAILED. */
export function testSkill(ws: Workshop, { dir }: { readonly dir: string }): Promise<TestReport> {
  return inWords(async () => {
    ws.progress("building");
    return testBuilt(ws, await compileAndBuild(resolve(ws.cwd, dir)));
  });
}

/** {@link testSkill} for a skill that is built. */
export async function testBuilt(ws: Workshop, built: Built): Promise<TestReport> {
  const examples = await runExamples(ws, built);
  const missing = built.manifest.tools.filter((tool) => tool.examples.length === 0).map(({ name }) => name);
  return { passed: missing.length === 0 && examples.every(({ ok }) => ok), examples, missing };
}
