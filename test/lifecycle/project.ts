import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { buildSkillAt } from "../../src/lifecycle/buildSkillAt.js";
import { certifySkill } from "../../src/lifecycle/certifySkill.js";
import { LifecycleError } from "../../src/lifecycle/error.js";
import { initHome } from "../../src/lifecycle/initHome.js";
import { publishSkill } from "../../src/lifecycle/publishSkill.js";
import type { Workshop } from "../../src/lifecycle/workshop.js";

/** A workshop whose questions are answered by `answer` and kept, and whose clock can be moved. */
export type TestWorkshop = Workshop & {
  readonly asked: { question: string; details: readonly string[] }[];
  answer: boolean;
  /** Milliseconds that its clock is ahead. */
  ahead: number;
};

/** A temporary directory that goes with the test. */
export function temporary(): string {
  const dir = mkdtempSync(join(tmpdir(), "hall-lifecycle-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** An empty project with a state directory of its own beside it. Nothing of the machine's environment is seen. */
export function workshop(base = temporary(), name = "project"): TestWorkshop {
  const cwd = join(base, name);
  mkdirSync(cwd, { recursive: true });
  const ws: TestWorkshop = {
    cwd,
    environment: { HOME: base, HALL_STATE: join(base, "state", name) },
    user: "ada",
    program: ["/usr/bin/node", "/opt/hall.mjs"],
    clock: () => Date.now() + ws.ahead,
    progress: () => {},
    accept: async (question, details) => {
      ws.asked.push({ question, details });
      return ws.answer;
    },
    asked: [],
    answer: true,
    ahead: 0,
  };
  return ws;
}

/** A project with a home in force, for skills of org.acme. */
export async function homeOf(ws: TestWorkshop = workshop()): Promise<TestWorkshop> {
  await initHome(ws, { namespace: "org.acme" });
  return ws;
}

/** A copy of skills/notes in the project. `change` rewrites its manifest. */
export function notes(
  ws: TestWorkshop,
  change: (yaml: string) => string = (yaml) => yaml,
  name = "notes",
): string {
  const dir = join(ws.cwd, name);
  cpSync(fileURLToPath(new URL("../../skills/notes", import.meta.url)), dir, { recursive: true });
  edit(join(dir, "skill.yaml"), change);
  return dir;
}

export function edit(file: string, change: (text: string) => string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

export function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, "utf8")) as T;
}

/** The LifecycleError that a verb ends with. Anything else fails the test. */
export async function failure(work: Promise<unknown>): Promise<LifecycleError> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in outcome && outcome.error instanceof LifecycleError) return outcome.error;
  if ("error" in outcome) throw outcome.error;
  throw new Error(`it succeeded: ${JSON.stringify(outcome.value)}`);
}

/** A skill built, certified and published as its directory is now. */
export async function publish(ws: Workshop, dir: string) {
  await buildSkillAt(ws, { dir });
  await certifySkill(ws, { dir });
  return publishSkill(ws, { dir });
}
