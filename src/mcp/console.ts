import { Console } from "node:console";
import type { Writable } from "node:stream";

/** Sends everything that goes through the global console to `errors`; returns the way back. */
export function redirectConsole(errors: Writable): () => void {
  const redirected = new Console({ stdout: errors, stderr: errors });
  const methods = Object.keys(redirected) as (keyof Console)[];
  const original = Object.fromEntries(methods.map((name) => [name, console[name]]));
  Object.assign(console, redirected);
  return () => {
    Object.assign(console, original);
  };
}
