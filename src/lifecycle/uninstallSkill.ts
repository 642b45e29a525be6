import { LifecycleError } from "./error.js";
import { recordLocked } from "./lockFile.js";
import { acting } from "./recordWork.js";
import { ledgerOf, type Workshop, withHome } from "./workshop.js";

/** Takes a skill out of the home and out of lock.json; its data and its records stay. Throws LifecycleError NOT_FOUND. */
export function uninstallSkill(
  ws: Workshop,
  { id }: { readonly id: string },
): Promise<{ readonly skill_id: string; readonly version: string; readonly record_id: string }> {
  return withHome(ws, async (parts) => {
    const store = ledgerOf(parts);
    const install = store.installs().find(({ skill_id }) => skill_id === id);
    if (install === undefined) {
      throw new LifecycleError(
        "NOT_FOUND",
        `${JSON.stringify(id)} isn't installed here.`,
        "See what is: hall skill list",
      );
    }
    const { skill_id, version } = install;
    const record_id = await recordLocked(parts.home, { skill_id, locked: null }, async () => {
      const body = acting(ws, parts, install);
      return (await store.write((tx) => tx.append({ kind: "uninstall", body }))).value.record_id;
    });
    return { skill_id, version, record_id };
  });
}
