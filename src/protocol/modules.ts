/**
 * The only modules a handler may import at run time; all else is bundled into it. Without the ones that open
 * sockets, start programs, read the machine or load code. The builder leaves exactly these outside the bundle and
 * the contained child links exactly these (hall.md, Containment). A list in the language is tidiness: what stops
 * files and processes are the child's permission flags.
 */
export const HANDLER_MODULES = [
  "node:assert",
  "node:buffer",
  "node:crypto",
  "node:events",
  "node:fs",
  "node:fs/promises",
  "node:path",
  "node:querystring",
  "node:stream",
  "node:string_decoder",
  "node:timers",
  "node:timers/promises",
  "node:url",
  "node:util",
] as const;
