/*
 * Tools that ask a gate whenever they are called, whoever calls them: those of governedTools, and those that a
 * middleware put in the place of the host's. Nothing governs them a second time.
 */
const governed = new WeakSet<object>();

export function markGoverned<T extends object>(tool: T): T {
  governed.add(tool);
  return tool;
}

export function isGoverned(tool: object): boolean {
  return governed.has(tool);
}
