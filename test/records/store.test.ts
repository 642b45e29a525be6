import { chmodSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beginHall, inDir, open, order, tempDir } from "./home.js";
import { makeWorker, type Worker } from "./spawn.js";

const ROUNDS = Number(process.env["LONG_KILLS"] ?? 4);

let worker: Worker;
beforeAll(async () => {
  worker = await makeWorker();
});
afterAll(() => worker.remove());

describe("processes that share a home", () => {
  test("lose nothing, write nothing twice and keep the chain", async () => {
    const home = inDir(tempDir());
    const store = await open({ ...home, clock: Date.now });
    await beginHall(store);
    const running = [1, 2, 3].map(() => worker.start([home.file, home.witness, 100, 4]));
    const acknowledged = (await Promise.all(running.map(({ ended }) => ended))).flat();
    const stored = store
      .query({ kind: "query", limit: 1000 })
      .map(({ seq, record_id }) => `${seq} ${record_id}`);
    expect(stored).toHaveLength(300);
    expect(stored.sort()).toEqual(acknowledged.toSorted());
    expect(
      new Set(store.query({ kind: "query", limit: 1000 }).map(({ session_id }) => session_id)).size,
    ).toBe(3);
    expect(store.verify()).toMatchObject({ ok: true, records: 302 });
  });

  test("lose nothing that was acknowledged when they are killed", async () => {
    const home = inDir(tempDir());
    const first = await open({ ...home, clock: Date.now });
    await beginHall(first);
    first.close();
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const victims = [1, 2].map(() => worker.start([home.file, home.witness, 0, 4]));
      await Promise.all(victims.map(({ child }) => firstOutput(child)));
      for (const { child } of victims) child.kill("SIGKILL");
      acknowledged.push(...(await Promise.all(victims.map(({ ended }) => ended))).flat());
    }
    const store = await open({ ...home, clock: Date.now });
    const stored = new Set(
      store.query({ limit: 1_000_000 }).map(({ seq, record_id }) => `${seq} ${record_id}`),
    );
    expect(acknowledged.length).toBeGreaterThan(ROUNDS);
    expect(acknowledged.filter((line) => !stored.has(line))).toEqual([]);
    expect(store.state().problem).toBeNull();
    expect(store.verify()).toMatchObject({ ok: true });
    await order(store, { kind: "ban", subject: `hash:${"b".repeat(64)}`, add: true, scope: "org" });
  });

  test("see each other's orders at the next look", async () => {
    const home = inDir(tempDir());
    const one = await open(home);
    await beginHall(one);
    const two = await open(home);
    const [before, standing] = [two.dataVersion(), two.standing(["skill:org.acme/notes"])];
    expect([standing.size, two.dataVersion()]).toEqual([0, before]);
    await order(one, {
      kind: "standing",
      subject: "skill:org.acme/notes",
      state: "revoked",
      adapter: null,
      scope: "org",
    });
    expect(two.dataVersion()).not.toBe(before);
    expect(two.standing(["skill:org.acme/notes"]).get("skill:org.acme/notes")).toMatchObject([
      { state: "revoked" },
    ]);
    expect(two.state().epoch).toBe(one.state().epoch);
  });

  test("that open a new home at once make one", async () => {
    const home = inDir(tempDir());
    const stores = await Promise.all([1, 2, 3, 4].map(() => open(home)));
    const begun = await Promise.allSettled(stores.map((store) => beginHall(store)));
    expect(begun.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(new Set(stores.map((store) => store.state().hall_id)).size).toBe(1);
  });
});

describe("a home that can't be written", () => {
  test("is read, by whoever asks for no more", async () => {
    const home = inDir(tempDir());
    const store = await open(home);
    await beginHall(store);
    const reader = await open({ ...home, readonly: true });
    expect(reader.state()).toMatchObject({ size: 2, problem: { code: "READ_ONLY" } });
    expect(reader.verify()).toMatchObject({ ok: true });
    await expect(beginHall(reader)).rejects.toMatchObject({ code: "READ_ONLY" });
  });

  test("is read by a process that lacks the right to write, which changes nothing", async () => {
    const home = inDir(tempDir());
    const store = await open(home);
    await beginHall(store);
    store.close();
    for (const [path, mode] of [
      [home.file, 0o444],
      [home.witness, 0o444],
      [dirname(home.file), 0o555],
    ] as const) {
      chmodSync(path, mode);
    }
    try {
      const nobody = process.getuid?.() === 0 ? [65534] : [];
      const { ended } = worker.start([home.file, home.witness, 1, 1, ...nobody]);
      expect(await ended).toEqual(["reads 2", expect.stringMatching(/^stopped READ_ONLY/)]);
    } finally {
      chmodSync(dirname(home.file), 0o755);
    }
  });

  test("and has no database is refused", async () => {
    await expect(open({ ...inDir(tempDir()), readonly: true })).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
  });
});

function firstOutput(child: ReturnType<Worker["start"]>["child"]): Promise<void> {
  return new Promise((done) => {
    let seen = 0;
    child.stdout?.on("data", (chunk: Buffer) => {
      seen += chunk.length;
      if (seen > 2000) done();
    });
    child.on("close", () => done());
  });
}
