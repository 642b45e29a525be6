import { expect } from "vitest";
import { type CallPlayed, closePlayer, differenceOf, openPlayer, playSteps } from "./playSteps.js";
import { type RandomCast, randomFrom, randomSteps, type Step } from "./randomSteps.js";
import type { Surface } from "./surface.js";

// npm run long:calls -- --seed 7 --n 10000, or LONG_N=500 LONG_SEED=7 npx vitest run test/surfaces/random
export const N = Number(process.env["LONG_N"] ?? 100);
const SEED = Number(process.env["LONG_SEED"] ?? Date.now() % 1_000_000);
const BATCH = 100;

/**
 * Makes `n` random calls on each surface, among what people, operators and time do, and expects of each what the first
 * surface made of it. `shape` changes a step, or leaves it out. Prints the seed and how many calls each surface made.
 */
export async function playRandomly(
  surfaces: readonly Surface[],
  { cast, subject, n = N }: { readonly cast: RandomCast; readonly subject: string; readonly n?: number },
  shape: (step: Step) => Step | undefined = (step) => step,
): Promise<void> {
  const players = await Promise.all(surfaces.map(openPlayer));
  try {
    const random = randomSteps(randomFrom(SEED), cast);
    for (let left = n; left > 0; left -= BATCH) {
      const steps = nextSteps(random, Math.min(left, BATCH), shape);
      let reference: readonly CallPlayed[] | undefined;
      for (const player of players) {
        const played = await playSteps(player, steps, subject);
        reference ??= played;
        for (const [i, step] of steps.entries()) {
          const difference = differenceOf(player.surface, played[i] ?? null, reference[i] ?? null);
          expect(difference, `LONG_SEED=${SEED}: ${JSON.stringify(step).slice(0, 500)}`).toBeUndefined();
        }
      }
    }
  } finally {
    const figures = players.map(({ surface, calls }) => `  ${surface.name}: ${calls} calls`);
    console.info([`surfaces: LONG_N=${N} LONG_SEED=${SEED}`, ...figures].join("\n"));
    for (const player of players) await closePlayer(player);
  }
}

function nextSteps(
  random: Generator<Step, never>,
  calls: number,
  shape: (step: Step) => Step | undefined,
): readonly Step[] {
  const steps: Step[] = [];
  for (let made = 0; made < calls; ) {
    const step = shape(random.next().value);
    if (step === undefined) continue;
    if (step.do === "call") made++;
    steps.push(step);
  }
  return steps;
}
