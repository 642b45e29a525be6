/**
 * The `node:` modules that a handler may import: computation, and files, which the permission flags confine.
 * Not in it: whatever opens a network, starts code or a process, or tells about the machine (`os`), and what is
 * a global anyway (`process`). The bundler refuses the others by name; the runner's linker knows only these.
 */
export const HANDLER_BUILTINS: ReadonlySet<string> = new Set(
  [
    ["assert", "assert/strict", "buffer", "crypto", "events"],
    ["fs", "fs/promises", "path", "path/posix", "path/win32"],
    ["querystring", "stream", "stream/promises", "stream/web", "string_decoder"],
    ["timers", "timers/promises", "url", "util", "util/types"],
  ]
    .flat()
    .map((name) => `node:${name}`),
);
