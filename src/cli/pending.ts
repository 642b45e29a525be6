import type { Run } from "./run.js";

/** Says in one line that the home's files aren't what is in force (hall.md, State). What can't be told isn't said. */
export async function notePending({ out, workshop }: Run): Promise<void> {
  if (out.json) return;
  const { pendingChanges } = await import("../lifecycle/applyHome.js");
  const { pending, changes } = await pendingChanges(workshop).catch(() => ({ pending: false, changes: [] }));
  if (!pending) return;
  const count = changes.length === 1 ? "1 change" : `${changes.length} changes`;
  out.note([
    { style: "yellow", text: `Not in force: ${count} in this home's files. ` },
    "hall apply shows and applies them.",
  ]);
}
