import { expect, test } from "vitest";
import { RecordsError } from "../../src/records/error.js";
import { makeQueue, type Settled } from "../../src/records/queue.js";

const values = (jobs: readonly number[]): readonly Settled[] => jobs.map((job) => ({ value: job }));
const BUSY = new RecordsError("BUSY", "locked");

test("what waits goes into one batch, and each job gets its own outcome", async () => {
  const batches: number[][] = [];
  const queue = makeQueue<number>((jobs) => {
    batches.push([...jobs]);
    return jobs.map((job) => (job === 2 ? { error: new Error("two") } : { value: job * 10 }));
  });
  const outcomes = await Promise.allSettled([1, 2, 3].map((job) => queue.add(job)));
  expect(outcomes).toMatchObject([{ value: 10 }, { reason: { message: "two" } }, { value: 30 }]);
  expect(await queue.add(4)).toBe(40);
  expect(batches).toEqual([[1, 2, 3], [4]]);
});

test("a busy database is tried again, with what came meanwhile", async () => {
  let tries = 0;
  const queue = makeQueue<number>((jobs) => {
    if (++tries < 4) throw BUSY;
    return values(jobs);
  });
  const first = queue.add(1);
  await new Promise((done) => setImmediate(done));
  expect(await Promise.all([first, queue.add(2)])).toEqual([1, 2]);
  expect(tries).toBe(4);
});

test("a job waits no longer than it may; another one waits on", async () => {
  let isFree = false;
  const queue = makeQueue<number>((jobs) => {
    if (!isFree) throw BUSY;
    return values(jobs);
  });
  const patient = queue.add(2);
  await expect(queue.add(1, { timeout: 20 })).rejects.toMatchObject({ code: "BUSY" });
  isFree = true;
  expect(await patient).toBe(2);
});

test("any other failure is every waiting job's, and the next one is tried afresh", async () => {
  let isFull = true;
  const queue = makeQueue<number>((jobs) => {
    if (isFull) throw new RecordsError("FULL", "no space");
    return values(jobs);
  });
  const outcomes = await Promise.allSettled([queue.add(1), queue.add(2)]);
  expect(outcomes).toMatchObject([{ reason: { code: "FULL" } }, { reason: { code: "FULL" } }]);
  isFull = false;
  expect(await queue.add(3)).toBe(3);
});

test("a job whose caller gave up isn't run", async () => {
  const ran: number[] = [];
  const queue = makeQueue<number>((jobs) => {
    ran.push(...jobs);
    return values(jobs);
  });
  const caller = new AbortController();
  const given = queue.add(1, { signal: caller.signal });
  const kept = queue.add(2);
  caller.abort();
  await expect(given).rejects.toMatchObject({ code: "CANCELLED" });
  expect(await kept).toBe(2);
  await expect(queue.add(3, { signal: caller.signal })).rejects.toMatchObject({ code: "CANCELLED" });
  expect(ran).toEqual([2]);
});

test("closing refuses what waits", async () => {
  const queue = makeQueue<number>(values);
  const waiting = queue.add(1);
  queue.close();
  await expect(waiting).rejects.toMatchObject({ code: "UNAVAILABLE" });
});
