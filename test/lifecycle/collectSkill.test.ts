import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collectContained, collectWithin } from "../../src/lifecycle/collectSkill.js";
import { temporary } from "./project.js";

const collect = (top: string, timeout_ms = 20_000) =>
  collectWithin(Buffer.from(`${top}\nexport default () => ({ reached: true });`), timeout_ms);

test("a module that only defines is collected", async () => {
  const run = await collectContained(Buffer.from("export default () => ({ one: 1 });"));
  expect(run).toMatchObject({ ok: true });
  expect(run.ok && JSON.parse(Buffer.from(run.output).toString())).toEqual({ one: 1 });
});

test.each([
  ["an endless loop", "for (;;);", "HANDLER_TIMEOUT", 1_500],
  [
    "an await without an end",
    "await new Promise((done) => setInterval(() => done, 1e6));",
    "HANDLER_TIMEOUT",
    1_500,
  ],
  ["a promise that nothing settles", "await new Promise(() => {});", "HANDLER_EXITED", 20_000],
  ["process.exit", "process.exit(0);", "HANDLER_EXITED", 20_000],
  ["a throw", 'throw new Error("no");', "HANDLER_ERROR", 20_000],
  [
    "too much output",
    'export const x = 1; Object.prototype.toJSON = () => "x".repeat(2 ** 21);',
    "OUTPUT_TOO_LARGE",
    20_000,
  ],
])("%s ends as a code, and nothing is left running", async (_, top, code, deadline) => {
  expect(await collect(top, deadline)).toMatchObject({ ok: false, code });
});

test("files of this machine can't be read or written", async () => {
  const dir = temporary();
  const secret = join(dir, "secret.txt");
  writeFileSync(secret, "a secret");
  const read = await collect(
    `import { readFileSync } from "node:fs"; readFileSync(${JSON.stringify(secret)}, "utf8");`,
  );
  expect(read).toMatchObject({ ok: false, code: "HANDLER_ERROR" });
  expect(JSON.stringify(read)).not.toContain("a secret");
  const mine = join(dir, "mine.txt");
  const written = await collect(
    `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(mine)}, "x");`,
  );
  expect(written).toMatchObject({ ok: false, code: "HANDLER_ERROR" });
  expect(existsSync(mine)).toBe(false);
});

test.each(["node:child_process", "node:net", "node:http", "node:worker_threads"])(
  "%s can't be imported",
  async (name) => {
    expect(await collect(`import * as it from "${name}"; globalThis.x = it;`)).toMatchObject({
      ok: false,
      code: "HANDLER_ERROR",
    });
  },
);

test("it sees no environment, and no way to the network that fetch gives", async () => {
  const source = "export default () => ({ env: Object.keys(process.env), fetch: typeof fetch });";
  const run = await collectContained(Buffer.from(source));
  expect(run.ok && JSON.parse(Buffer.from(run.output).toString())).toEqual({ env: [], fetch: "undefined" });
});
