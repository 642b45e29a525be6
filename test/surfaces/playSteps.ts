import { hostTools } from "./host.js";
import { DAWN, openStage } from "./ownStage.js";
import { POLICIES } from "./policies.js";
import type { Step } from "./randomSteps.js";
import type { Stage } from "./stage.js";
import type { Ask, Driver, Surface } from "./surface.js";
import { compared, type Played } from "./table.js";

/** A surface on its stage, under the policy `confirm`, and how many calls it made. */
export type Player = {
  readonly surface: Surface;
  readonly stage: Stage;
  readonly driver: Driver;
  calls: number;
  policy: keyof typeof POLICIES;
};

/** What came of a call; null where the surface can't make it. */
export type CallPlayed = Played | Error | null;

const SECOND = 1_000;

export async function openPlayer(surface: Surface): Promise<Player> {
  const stage = await (surface.stage?.() ?? openStage(surface.store ?? "memory"));
  stage.clock.set(DAWN);
  await stage.apply(POLICIES.confirm);
  const driver = await surface.open(stage, hostTools(stage));
  return { surface, stage, driver, calls: 0, policy: "confirm" };
}

export async function closePlayer({ driver, stage }: Player): Promise<void> {
  await driver.close?.();
  await stage.close();
}

/** Goes through steps one by one, a second after each other; gives what came of each, null for what is no call. */
export async function playSteps(
  player: Player,
  steps: readonly Step[],
  subject: string,
): Promise<readonly CallPlayed[]> {
  const { stage, surface } = player;
  const played: CallPlayed[] = [];
  const advance = (ms: number) => surface.hasOwnClock !== true && stage.clock.advance(ms);
  for (const step of steps) {
    advance(SECOND);
    let came: CallPlayed = null;
    switch (step.do) {
      case "call":
        came = await playCall(player, { ...step, correlationId: `random/call_${played.length}` });
        break;
      case "vote":
        await stage.vote(step.verdict).catch(() => {}); // perhaps nothing waits
        break;
      case "policy":
        if (step.policy !== player.policy) await stage.apply(POLICIES[step.policy]);
        player.policy = step.policy;
        break;
      case "standing":
        await stage.operator.standing({ subject, state: step.state }, "random");
        break;
      case "wait":
        advance(step.minutes * 60 * SECOND);
    }
    played.push(came);
  }
  return played;
}

async function playCall(player: Player, ask: Ask): Promise<CallPlayed> {
  const { surface, stage, driver } = player;
  if (surface.cannotCall?.(ask) !== undefined) return null;
  player.calls++;
  const since = stage.place();
  try {
    const seen = [await driver.call(ask)];
    return { seen, rows: stage.recordsAfter(since) };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** A surface that can't make a call pins that tool at a later one: which call was a tool's first is each surface's own. */
function withoutPins(played: Played): Played {
  return { ...played, rows: played.rows.filter(({ kind }) => kind !== "pin") };
}

/** Where a surface's call came to something else than the reference's; undefined where it didn't. */
export function differenceOf(surface: Surface, ours: CallPlayed, reference: CallPlayed): string | undefined {
  if (ours === null) return undefined;
  if (ours instanceof Error) return `${surface.name} threw ${ours.stack}`;
  if (reference === null || reference instanceof Error) return `the reference: ${reference?.stack}`;
  const texts = compared(withoutPins(ours), withoutPins(reference), surface);
  let at = 0;
  while (at < texts.ours.length && texts.ours[at] === texts.reference[at]) at++;
  if (texts.ours === texts.reference) return undefined;
  const around = (text: string) => text.slice(Math.max(0, at - 200), at + 200);
  return `${surface.name} differs at ${at}:\n  ours      …${around(texts.ours)}…\n  reference …${around(texts.reference)}…`;
}
