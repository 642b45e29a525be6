import { hostTools } from "./host.js";
import { DAWN, openStage } from "./ownStage.js";
import { POLICIES } from "./policies.js";
import type { Step } from "./randomSteps.js";
import type { Stage } from "./stage.js";
import type { Ask, Driver, Surface } from "./surface.js";
import { compared, type Played } from "./table.js";

/** A surface on its stage. */
type Player = { readonly surface: Surface; readonly stage: Stage; readonly driver: Driver };

/** Surfaces that go through the same steps at once. */
export type Lockstep = {
  /** Does one step everywhere; gives what was different from the reference, or nothing. */
  step(step: Step): Promise<readonly string[]>;
  /** How many calls each surface made. */
  readonly calls: ReadonlyMap<string, number>;
  close(): Promise<void>;
};

const SECOND = 1_000;

/** Puts surfaces on stages of their own, all under the policy `confirm`; the first of them is the reference. */
export async function openLockstep(surfaces: readonly Surface[], subject: string): Promise<Lockstep> {
  const players = await Promise.all(surfaces.map(openPlayer));
  const calls = new Map(surfaces.map(({ name }) => [name, 0]));
  let place = 0;
  let policy: keyof typeof POLICIES = "confirm";
  const standing = players.filter(({ surface }) => surface.hasOwnClock !== true);
  const advance = (ms: number) => standing.map(({ stage }) => stage.clock.advance(ms));
  const everywhere = (act: (stage: Stage) => unknown) => Promise.all(players.map(({ stage }) => act(stage)));

  async function call(step: Extract<Step, { do: "call" }>): Promise<readonly string[]> {
    const ask: Ask = { ...step, correlationId: `random/call_${place}` };
    const played = await Promise.all(players.map((player) => playCall(player, ask)));
    const [reference] = played;
    if (reference === undefined || reference === "can't" || reference instanceof Error)
      return [`the reference: ${reference}`];
    return players.flatMap(({ surface }, i) => {
      const ours = played[i];
      if (ours === undefined || ours === "can't") return [];
      calls.set(surface.name, (calls.get(surface.name) ?? 0) + 1);
      if (ours instanceof Error) return [`${surface.name} threw ${ours.stack}`];
      const texts = compared(ours, reference, surface);
      return texts.ours === texts.reference ? [] : [different(surface.name, texts)];
    });
  }

  return {
    calls,
    async step(step) {
      place++;
      advance(SECOND);
      switch (step.do) {
        case "call":
          return call(step);
        case "vote":
          await everywhere((stage) => stage.vote(step.verdict).catch(() => {})); // perhaps nothing waits
          return [];
        case "policy":
          if (step.policy !== policy) await everywhere((stage) => stage.apply(POLICIES[step.policy]));
          policy = step.policy;
          return [];
        case "standing":
          await everywhere(({ operator }) => operator.standing({ subject, state: step.state }, "random"));
          return [];
        case "wait":
          advance(step.minutes * 60 * SECOND);
          return [];
      }
    },
    async close() {
      for (const { driver, stage } of players) {
        await driver.close?.();
        await stage.close();
      }
    },
  };
}

async function openPlayer(surface: Surface): Promise<Player> {
  const stage = await (surface.stage?.() ?? openStage(surface.store ?? "memory"));
  stage.clock.set(DAWN);
  await stage.apply(POLICIES.confirm);
  return { surface, stage, driver: await surface.open(stage, hostTools(stage)) };
}

async function playCall({ surface, stage, driver }: Player, ask: Ask): Promise<Played | Error | "can't"> {
  if (surface.cannotCall?.(ask) !== undefined) return "can't";
  const since = stage.place();
  try {
    const seen = [await driver.call(ask)];
    return { seen, rows: stage.recordsAfter(since) };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The first place at which two texts differ. */
function different(
  name: string,
  { ours, reference }: { readonly ours: string; readonly reference: string },
): string {
  let at = 0;
  while (at < ours.length && ours[at] === reference[at]) at++;
  const around = (text: string) => text.slice(Math.max(0, at - 200), at + 200);
  return `${name} differs at ${at}:\n  ours      …${around(ours)}…\n  reference …${around(reference)}…`;
}
