import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { dist } from "../setup/dist.js";

/** An IDE starts the command many times a day, and every start reads all that is imported before a command is known. */
test("what every start of the command reads stays small: no schemas, no store, no SDK", async () => {
  const folder = dirname((await dist()).cli);
  const start = readdirSync(folder).find((name) => /^start-.*\.mjs$/.test(name)) ?? "";
  const read = new Map<string, number>();
  const walk = (name: string) => {
    if (read.has(name)) return;
    const text = readFileSync(join(folder, name), "utf8");
    read.set(name, text.length);
    for (const [, next = ""] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) walk(next);
  };
  walk(start);
  const total = [...read.values()].reduce((sum, size) => sum + size, 0);
  expect(total, JSON.stringify([...read])).toBeLessThan(150_000);
});
