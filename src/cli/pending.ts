import type { Run } from "./run.js";

/** Says in one line that the home's files aren't what is in force (hall.md, State). */
export async function notePending({ out, workshop }: Run): Promise<void> {
  if (out.json) return;
  const { pendingChanges } = await import("../lifecycle/applyHome.js");
  const changes = await pendingChanges(workshop).then(
    ({ changes }) => changes.length,
    () => undefined, // files that can't be applied differ, too
  );
  if (changes === 0) return;
  const what =
    changes === undefined ? "this home's files have problems" : `${countOf(changes)} in this home's files`;
  out.note([
    { style: "yellow", text: `Not in force: ${what}. ` },
    changes === undefined ? "hall apply shows them." : "hall apply shows and applies them.",
  ]);
}

function countOf(changes: number): string {
  return changes === 1 ? "1 change" : `${changes} changes`;
}
