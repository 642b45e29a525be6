import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Desk, openDesk } from "../desk.js";

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

test("key make prints the public half alone, and says beside it where both halves go", async () => {
  const made = await desk.hall("key", "make", "alice.pem");
  expect(made.code).toBe(0);
  expect(made.stdout).toMatch(/^ed25519:[0-9a-f]{64}\n$/);
  expect(made.stderr).toContain(join(desk.dir, "alice.pem"));
  expect(made.stderr).toMatch(/"approvers" or "channels" in config\.json, then: hall apply/);
  expect(await desk.hall("key", "show", "alice.pem")).toEqual({ code: 0, stdout: made.stdout, stderr: "" });
  const quiet = await desk.hall("key", "make", "bob.pem", "--json");
  expect(quiet.stderr).toBe("");
  expect(JSON.parse(quiet.stdout)).toMatchObject({ ok: true, file: join(desk.dir, "bob.pem") });
});
