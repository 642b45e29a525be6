import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signerFromSeed } from "../../../src/evidence/ed25519.js";
import { type Desk, openDesk } from "../desk.js";

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  await desk.hall("init", "--yes");
});
afterAll(() => desk.close());

const { key } = signerFromSeed(new Uint8Array(32).fill(7));

test("trust add shows the change, and makes it once somebody says yes", async () => {
  await writeFile(join(desk.dir, "acme.pub"), `${key}\n`);
  const words = ["trust", "add", "acme.pub", "--namespace", "org.acme"];
  const asked = await desk.hall(...words);
  expect(asked).toMatchObject({ code: 1, stdout: "" });
  expect(asked.stderr).toMatch(/Trust ed25519:[\s\S]*pass --yes[\s\S]*DECLINED/);
  const done = await desk.hall(...words, "--yes");
  expect(done).toMatchObject({ code: 0, stdout: `Trusted ${key} for org.acme\n` });
  expect(done.stderr).toMatch(/org\.acme/);
  expect(await desk.json(...words, "--yes")).toMatchObject({ code: 0, document: { ok: true, changes: [] } });
});

test("namespace allow, for the home's tenant or another", async () => {
  expect((await desk.hall("namespace", "allow", "org.acme", "--yes")).stdout).toBe(
    "Allowed org.acme for tenant local\n",
  );
  expect(await desk.json("namespace", "allow", "org.acme", "--tenant", "other", "--yes")).toMatchObject({
    code: 0,
    document: { ok: true, accepted: true, tenant: "other" },
  });
  expect(await desk.json("namespace", "allow", "acme", "--yes")).toMatchObject({
    code: 1,
    document: { ok: false, error: { code: "BAD_ARGUMENT" } },
  });
});
