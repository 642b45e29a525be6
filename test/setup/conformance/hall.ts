import { fileURLToPath } from "node:url";
import { openMemoryHall } from "../../../src/hall/open.js";
import { build, CALLER, install, policyOf, ruleFor } from "../../hall/memoryHall.js";

const SKILL = fileURLToPath(new URL("skill", import.meta.url));

/** A Hall in memory with the fixtures installed under the one rule that allows them. */
export async function openFixtureHall() {
  const rules = [ruleFor("rr_fixtures_dev_001", "cap.test.fixture", "wrk.test.fixture")];
  const parts = await openMemoryHall({ policy: () => policyOf(rules) });
  await install(parts, await build(SKILL));
  return {
    parts,
    gateFor: ({ name }: { readonly name: string }) =>
      parts.hall.gate({ ...CALLER, agent: `mcp:${name}`, session_id: crypto.randomUUID() }),
  };
}
