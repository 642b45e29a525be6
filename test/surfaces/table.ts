import { canonicalJson, type Json } from "../../src/protocol/canonical.js";
import type { RecordRow } from "../../src/records/query.js";
import { hostTools } from "./host.js";
import { type Alike, normalText, TIME } from "./normal.js";
import { DAWN, openStage } from "./ownStage.js";
import { POLICIES, type PolicyName } from "./policies.js";
import type { Scenario } from "./scenarios.js";
import type { Stage } from "./stage.js";
import type { Ask, Driver, Seen, Surface } from "./surface.js";

/** What a surface made of a scenario. */
export type Played = { readonly seen: readonly Seen[]; readonly rows: readonly RecordRow[] };

const HOUR = 3_600_000;

/**
 * Plays scenarios on one surface, in their order and on one stage, each at its own hour; those that it skips it
 * doesn't see. A scenario that throws is given as its error.
 */
export async function playTable(
  surface: Surface,
  scenarios: readonly Scenario[],
): Promise<ReadonlyMap<string, Played | Error>> {
  const stage = await (surface.stage?.() ?? openStage(surface.store ?? "memory"));
  const tools = hostTools(stage);
  const played = new Map<string, Played | Error>();
  let driver: Driver | undefined;
  let inForce: PolicyName | null = null;
  try {
    for (const [place, scenario] of scenarios.entries()) {
      if (surface.skips?.[scenario.name] !== undefined) continue;
      stage.clock.set(DAWN + place * HOUR);
      stage.clearNotes();
      if (scenario.policy !== null && scenario.policy !== inForce)
        await stage.apply(POLICIES[scenario.policy]);
      inForce = scenario.policy;
      driver ??= await surface.open(stage, tools);
      played.set(scenario.name, await playScenario(scenario, surface, stage, driver));
    }
    return played;
  } finally {
    await driver?.close?.();
    await stage.close();
  }
}

async function playScenario(
  scenario: Scenario,
  { adapter }: Surface,
  stage: Stage,
  driver: Driver,
): Promise<Played | Error> {
  const seen: Seen[] = [];
  const start = stage.place();
  let calls = 0;
  const asked = (tool: string, args: unknown, more: Partial<Ask> = {}): Ask => {
    calls++;
    return { person: "ann", ...more, tool, args, correlationId: `${scenario.name}/call_${calls}` };
  };
  try {
    await scenario.play({
      stage,
      adapter,
      async call(tool, args, more) {
        const one = await driver.call(asked(tool, args, more));
        seen.push(one);
        return one;
      },
      async callAll(some) {
        const asks = some.map(([tool, args]) => asked(tool, args));
        const all = await (driver.callAll?.(asks) ?? Promise.all(asks.map((ask) => driver.call(ask))));
        seen.push(...all);
        return all;
      },
    });
    return { seen, rows: stage.recordsAfter(start) };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Both sides of a comparison as texts: what the surface showed, by the members that it shows, and its records. */
export function compared(ours: Played, reference: Played, alike: Alike) {
  return { ours: textOf(ours, ours, alike), reference: textOf(reference, ours, alike) };
}

function textOf({ seen, rows }: Played, shownBy: Played, alike: Alike): string {
  const shown = seen.map((one, i) => sayShown(one, shownBy.seen[i], alike));
  return [...shown, ...normalText(rows, alike).split("\n")].join("\n");
}

const ITS_IDS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

function sayShown(one: Seen, by: Seen | undefined, { hasOwnClock }: Alike): string {
  const members = (["kind", "code", "output", "text"] as const)
    .filter((name) => by?.[name] !== undefined)
    .map((name) => [name, one[name] ?? null] as const);
  const said = canonicalJson(members as unknown as Json).replace(ITS_IDS, "<id>");
  return hasOwnClock ? said.replace(TIME, "<time>") : said;
}

/** `done`, or the kind and code of a refusal; a hold's code is the rule's affair. */
export function verdictOf({ kind, code }: Seen): string {
  return kind === "denied" || kind === "failed" ? `${kind} ${code}` : kind;
}
