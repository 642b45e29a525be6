/** Express brings no types; the tests call no more of it than this. */
declare module "express" {
  import type { Server } from "node:http";

  // biome-ignore lint/suspicious/noExplicitAny: handlers are whatever a test writes
  type Handler = (...args: any[]) => unknown;
  type App = Record<"use" | "get" | "post", (...handlers: (string | Handler)[]) => App> & {
    listen(port: number, host: string, done: () => void): Server;
    disable(setting: string): void;
    set(setting: string, value: unknown): void;
  };
  const express: (() => App) & Record<"json" | "raw" | "text" | "urlencoded", () => Handler>;
  export default express;
}
