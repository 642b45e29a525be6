import { afterAll, expect, test } from "vitest";
import { cli } from "./drivers/cli.js";
import { hostFunction } from "./drivers/function.js";
import { gateOn, guardOn } from "./drivers/gate.js";
import { middlewareForeign, middlewareOwn } from "./drivers/langchainMiddleware.js";
import { langchainTools } from "./drivers/langchainTools.js";
import { mcp } from "./drivers/mcp.js";
import { openai } from "./drivers/openai.js";
import { expressRoutes, guardForRoutes, honoRoutes } from "./drivers/routes.js";
import { vercelAiForeign, vercelAiOwn } from "./drivers/vercelAi.js";
import { openLockstep } from "./lockstep.js";
import {
  HOST_RANDOM,
  OWN_RANDOM,
  type RandomCast,
  randomFrom,
  randomSteps,
  type Step,
} from "./randomSteps.js";
import type { Surface } from "./surface.js";

// npm run long:calls -- --seed 7 --n 10000, or LONG_N=500 LONG_SEED=7 npx vitest run test/surfaces/random.test.ts
const N = Number(process.env["LONG_N"] ?? 100);
const SEED = Number(process.env["LONG_SEED"] ?? Date.now() % 1_000_000);
/** A process for each call is slow, so a hundredth of the calls goes through the terminal; at least a few. */
const N_CLI = Math.max(5, Math.ceil(N / 100));
const figures: string[] = [];
afterAll(() => console.info(`surfaces: LONG_N=${N} LONG_SEED=${SEED}\n${figures.join("\n")}`));

const GROUPS: readonly (readonly [string, RandomCast, string, readonly Surface[]])[] = [
  [
    "tools of skills",
    OWN_RANDOM,
    "skill:org.acme/notes",
    [gateOn("memory"), gateOn("disk"), mcp, openai, langchainTools, middlewareOwn, ...vercelAiOwn],
  ],
  [
    "tools of the host's",
    HOST_RANDOM,
    "skill:org.acme/host",
    [guardOn("memory"), guardOn("disk"), hostFunction, middlewareForeign, ...vercelAiForeign],
  ],
  ["routes", HOST_RANDOM, "skill:org.acme/host", [guardForRoutes, honoRoutes, expressRoutes]],
];

test.each(GROUPS)(
  "%s: random calls come to the same on every surface",
  { timeout: 600_000 },
  async (...group) => {
    const [, cast, subject, surfaces] = group;
    await playRandomly(surfaces, subject, cast, N, (step) => step);
  },
);

test("random calls come to the same on the terminal", { timeout: 600_000 }, async () => {
  // One OS user, no person to ask, the machine's own clock: what is left are calls.
  const asCalls = (step: Step): Step | undefined =>
    step.do === "call" ? { ...step, person: "ann", answer: undefined } : undefined;
  await playRandomly([gateOn("memory"), cli], "skill:org.acme/notes", OWN_RANDOM, N_CLI, asCalls);
});

async function playRandomly(
  surfaces: readonly Surface[],
  subject: string,
  cast: RandomCast,
  n: number,
  shape: (step: Step) => Step | undefined,
): Promise<void> {
  const lockstep = await openLockstep(surfaces, subject);
  try {
    const steps = randomSteps(randomFrom(SEED), cast);
    for (let calls = 0; calls < n; ) {
      const step = shape(steps.next().value);
      if (step === undefined) continue;
      if (step.do === "call") calls++;
      const differences = await lockstep.step(step);
      expect(differences, `LONG_SEED=${SEED} call ${calls}: ${JSON.stringify(step).slice(0, 500)}`).toEqual(
        [],
      );
    }
    for (const [name, count] of lockstep.calls) figures.push(`  ${name}: ${count} calls`);
  } finally {
    await lockstep.close();
  }
}
