import { describe, expect, test } from "vitest";
import type { Scenario } from "./scenarios.js";
import type { Surface } from "./surface.js";
import { compared, type Played, playTable, verdictOf } from "./table.js";

/**
 * Tests that every surface plays every scenario as the reference does: what it shows and what it leaves in the ledger
 * are the same bytes, but for ids, times and the members that name the surface.
 */
export async function compareSurfaces(
  reference: Surface,
  surfaces: readonly Surface[],
  scenarios: readonly Scenario[],
): Promise<void> {
  const wanted = await playTable(reference, scenarios);

  describe(reference.name, () => {
    test.for(scenarios)("$name", ({ name, expects }, { skip }) => {
      skip(reference.skips?.[name] !== undefined, reference.skips?.[name]);
      expect(playedOf(wanted, name).seen.map(verdictOf)).toEqual(expects);
    });
  });

  describe.each(surfaces)("$name", (surface) => {
    let playing: ReturnType<typeof playTable> | undefined;
    test.for(scenarios)("$name", async ({ name, expects, isParallel = false }, { skip }) => {
      skip(surface.skips?.[name] !== undefined, surface.skips?.[name]);
      playing ??= playTable(surface, scenarios);
      const ours = playedOf(await playing, name);
      expect(ours.seen.map(verdictOf)).toEqual(expects);
      const texts = compared(ours, playedOf(wanted, name), { ...surface, isParallel });
      expect(texts.ours).toBe(texts.reference);
    });
  });
}

function playedOf(played: ReadonlyMap<string, Played | Error>, name: string): Played {
  const found = played.get(name);
  if (found === undefined || found instanceof Error) throw found ?? new Error(`${name} wasn't played`);
  return found;
}
