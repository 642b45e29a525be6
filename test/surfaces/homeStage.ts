import { join } from "node:path";
import { findHome } from "../../src/hall/home.js";
import { openHome } from "../../src/hall/open.js";
import { loadKey } from "../../src/hall/state.js";
import { build, install } from "../hall/memoryHall.js";
import { makeProject, type Project } from "../setup/project.js";
import { openBeginnings, SKILLS, type Stage, stageOn } from "./stage.js";

/** A stage that other processes play on: the home of a project, whose clock is the machine's. */
export type HomeStage = Stage & { readonly project: Project };

export async function openHomeStage(): Promise<HomeStage> {
  const project = await makeProject();
  const { dir: cwd, environment } = project;
  const parts = await openHome({ home: project.home, environment });
  await parts.ledger.ready();
  const home = findHome({ home: project.home, cwd, environment });
  const keyOf = (role: "ledger" | "operator" | "publisher") => {
    const key = loadKey(home, role);
    if (key === undefined) throw new Error(`the home has no ${role} key`);
    return key;
  };
  const keys = { ledger: keyOf("ledger"), operator: keyOf("operator"), publisher: keyOf("publisher") };
  for (const skill of SKILLS) await install({ ...parts, keys }, await build(skill));
  const stage = stageOn(parts.hall, {
    operatorKey: keys.operator,
    clock: { set() {}, advance: refuse },
    beginnings: openBeginnings(),
    data: join(home.state, "data"),
    async close() {
      await parts.hall.close();
      project.remove();
    },
  });
  return { ...stage, project };
}

function refuse(): never {
  throw new Error("a machine's clock can't be set");
}
