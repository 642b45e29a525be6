import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { signerFromSeed } from "../../src/evidence/ed25519.js";
import { parseWitness } from "../../src/evidence/witness.js";
import { openDatabase } from "../../src/records/driver.js";
import { hallsIn } from "../../src/records/heads.js";
import { type Job, makeLedger } from "../../src/records/ledger.js";
import { migrate } from "../../src/records/migrations.js";
import { makeQueue } from "../../src/records/queue.js";
import { MAX_WITNESS_BYTES, openWitness } from "../../src/records/witnessFile.js";
import { beginHall, call, decisionDraft, inDir, LEDGER, open, order, START, tempDir } from "./home.js";
import { raw } from "./raw.js";

const linesOf = (file: string): ReturnType<typeof parseWitness> => parseWitness(readFileSync(file, "latin1"));

async function begun() {
  const home = inDir(tempDir());
  const store = await open(home);
  await beginHall(store);
  return { home, store };
}

describe("a commit", () => {
  test("is shared by whatever waits: one signature, one witness line", async () => {
    const { home, store } = await begun();
    const before = linesOf(home.witness).length;
    const writes = Array.from({ length: 32 }, () => store.write((tx) => tx.append(decisionDraft())));
    const heads = (await Promise.all(writes)).map(({ head }) => head);
    expect(linesOf(home.witness)).toHaveLength(before + 1);
    expect(new Set(heads.map((head) => head?.signature)).size).toBe(1);
    expect(linesOf(home.witness).at(-1)).toEqual(heads[0]);
    expect(store.verify()).toMatchObject({ ok: true, records: 34 });
  });

  test("that can't be written because the disk is full loses nothing and acknowledges nothing", async () => {
    const home = inDir(tempDir());
    const db = openDatabase(home.file);
    migrate(db);
    onTestFinished(() => db.close());
    const random = (n: number): Uint8Array => crypto.getRandomValues(new Uint8Array(n));
    const hallId = (): string | null => hallsIn(db)[0] ?? null;
    const witness = openWitness(home.witness);
    const ledger = makeLedger({ db, signer: LEDGER, witness, clock: () => START, random, hallId });
    const queue = makeQueue<Job>((jobs) => ledger.commit(jobs));
    await queue.add((opened) =>
      opened.begin({ continues: null, operator_keys: [LEDGER_OPERATOR] }, LEDGER.key),
    );
    const write = (padding: string): Promise<unknown> =>
      queue.add(({ tx }) => tx.append({ ...decisionDraft({ dry_run: true, padding }) }));
    await write("");
    const pages = Number(db.rows("PRAGMA page_count")[0]?.["page_count"]);
    db.exec(`PRAGMA max_page_count = ${pages + 4}`);
    const outcomes = await Promise.allSettled([write(""), write("x".repeat(100_000)), write("")]);
    const codes = outcomes.map((outcome) =>
      outcome.status === "rejected" ? outcome.reason.code : "written",
    );
    expect(codes).toContain("FULL");
    db.exec(`PRAGMA max_page_count = ${pages + 1000}`);
    await write("");
    const written = codes.filter((code) => code === "written").length;
    const store = await open(home);
    expect(store.verify()).toMatchObject({ ok: true, records: 3 + written });
  });
});

test("which Hall is open is never asked inside a read, which can't see one that has begun since", () => {
  const home = inDir(tempDir());
  const db = openDatabase(home.file);
  migrate(db);
  onTestFinished(() => db.close());
  const random = (n: number): Uint8Array => new Uint8Array(n);
  const asked: boolean[] = [];
  const hallId = (): string | null => {
    asked.push(db.inTransaction());
    return null;
  };
  const witness = openWitness(home.witness);
  const ledger = makeLedger({ db, signer: LEDGER, witness, clock: () => START, random, hallId });
  expect(ledger.look()).toBeUndefined();
  expect(asked).toEqual([false]);
});

const LEDGER_OPERATOR = signerFromSeed(new Uint8Array(32).fill(2)).key;

const revoke = (name: string) =>
  ({
    kind: "standing",
    subject: `skill:org.acme/${name}`,
    state: "revoked",
    adapter: null,
    scope: "org",
  }) as const;

describe("a witness that can't be written", () => {
  test("stops everything until it can be, and then has the head", async () => {
    const { home, store } = await begun();
    renameSync(home.witness, `${home.witness}.away`);
    mkdirSync(home.witness);
    await expect(call(store)).rejects.toMatchObject({ code: "WITNESS" });
    const size = store.state().size;
    expect(size).toBe(3); // committed, and not acknowledged
    await expect(call(store)).rejects.toMatchObject({ code: "WITNESS" });
    expect(store.state().size).toBe(size); // nothing more is even tried
    rmdirSync(home.witness);
    await call(store);
    expect(linesOf(home.witness).map(({ size: seen }) => seen)).toEqual([3, 4, 5]);
    expect(store.openCalls()).toHaveLength(1); // the call that never ran, for the hall to abandon
    expect(store.verify()).toMatchObject({ ok: true });
  });

  test("lets an order stand that was committed, and says so; the next one isn't even recorded", async () => {
    const { home, store } = await begun();
    rmSync(home.witness);
    mkdirSync(home.witness);
    await expect(order(store, revoke("a"))).rejects.toMatchObject({
      code: "WITNESS",
      message: expect.stringMatching(
        /^It is recorded and stays: an order.* is in force.*can't be acknowledged: the witness/,
      ),
    });
    await expect(order(store, revoke("b"))).rejects.toMatchObject({
      code: "WITNESS",
      message: expect.stringMatching(/^Nothing was recorded: the witness/),
    });
    expect(store.allStanding().map(({ subject }) => subject)).toEqual(["skill:org.acme/a"]);
    const later = await open(home);
    expect(later.state().problem).toMatchObject({ code: "WITNESS" });
    await expect(order(later, revoke("b"))).rejects.toMatchObject({ code: "WITNESS" });
  });

  test("is made again where it was deleted", async () => {
    const { home, store } = await begun();
    rmSync(home.witness);
    await call(store);
    expect(linesOf(home.witness).map(({ size }) => size)).toEqual([3, 4]);
  });

  test("is mended where its last line was torn", async () => {
    const { home, store } = await begun();
    store.close();
    appendFileSync(home.witness, "3f9a torn");
    const again = await open(home);
    await call(again);
    expect(linesOf(home.witness).map(({ size }) => size)).toEqual([2, 3, 4]);
    expect(again.verify()).toMatchObject({ ok: true });
  });

  test("is replaced by one line when it has grown long, for every process", async () => {
    const { home, store } = await begun();
    const other = await open(home);
    await call(other);
    const line = readFileSync(home.witness, "latin1").split("\n")[1];
    writeFileSync(home.witness, `${line}\n`.repeat(Math.ceil(MAX_WITNESS_BYTES / 265) + 1));
    await call(other);
    expect(statSync(home.witness).size).toBeLessThan(1000);
    expect(statSync(home.witness).mode & 0o777).toBe(0o600);
    await call(store);
    await call(other);
    expect(linesOf(home.witness).at(-1)?.size).toBe(store.state().size);
    expect(store.verify()).toMatchObject({ ok: true });
  });
});

describe("a ledger that isn't what was seen is read, and not written", () => {
  test("behind its witness", async () => {
    const { home, store } = await begun();
    store.close();
    const old = inDir(tempDir());
    copyFileSync(home.file, old.file);
    const ahead = await open(home);
    await call(ahead);
    ahead.close();
    const stale = await open({ file: old.file, witness: home.witness });
    expect(stale.state()).toMatchObject({ size: 2, problem: { code: "UNAVAILABLE" } });
    await expect(call(stale)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(stale.verify()).toMatchObject({ ok: false, first_bad: { seq: 2 } });
  });

  test("put back while a process runs, which doesn't go on with it", async () => {
    const { home, store } = await begun();
    await call(store);
    const db = raw(home.file);
    db.exec("UPDATE heads SET size = size - 1");
    await expect(call(store)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    db.exec("UPDATE heads SET size = size + 1");
    await expect(call(store)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(store.state().problem).toMatchObject({ code: "UNAVAILABLE" });
    const later = await open(home);
    await call(later);
    expect(later.verify()).toMatchObject({ ok: true });
  });

  test.each([
    "size = size + 1",
    "head = lower(hex(zeroblob(32)))",
    "at = '2020-01-01T00:00:00.000Z'",
    "signature = 'x'",
  ])("with a head of which %s", async (change) => {
    const { home, store } = await begun();
    raw(home.file).exec(`UPDATE heads SET ${change}`);
    await expect(call(store)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    const later = await open(home);
    expect(later.state().problem).toMatchObject({ code: "UNAVAILABLE" });
  });

  test("with a witness line that isn't one", async () => {
    const { home, store } = await begun();
    store.close();
    appendFileSync(home.witness, "nonsense\n");
    const again = await open(home);
    await expect(call(again)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(again.verify()).toMatchObject({ ok: false });
  });

  test("of another Hall than the witness names", async () => {
    const [mine, theirs] = [await begun(), await begun()];
    mine.store.close();
    await expect(open({ file: theirs.home.file, witness: mine.home.witness })).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
  });

  test.each(["gone", "empty"])(
    "of which the witness is there, and the database %s: none is made in its place",
    async (how) => {
      const { home, store } = await begun();
      store.close();
      rmSync(home.file);
      if (how === "empty") writeFileSync(home.file, "");
      for (const readonly of [false, true]) {
        const message = expect.stringMatching(`2 records of Hall .* is ${how}\\. Put it back`);
        await expect(open({ ...home, readonly })).rejects.toMatchObject({ code: "LOST", message });
      }
      expect(existsSync(home.file)).toBe(how === "empty");
      writeFileSync(home.witness, "damaged\n");
      await expect(open(home)).rejects.toMatchObject({ code: "LOST" });
      rmSync(home.witness);
      expect((await open(home)).state().hall_id).toBeNull();
    },
  );

  test("with a ledger key that isn't the Hall's", async () => {
    const { home, store } = await begun();
    store.close();
    const other = await open({ ...home, ledgerKey: signerFromSeed(new Uint8Array(32).fill(9)) });
    await expect(call(other)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(other.verify()).toMatchObject({ ok: true, records: 2 });
  });
});

describe("files that are changed under a process that runs", () => {
  const stopped = { problem: { code: "UNAVAILABLE" } };

  test("a database that was replaced by its copy, before and after another process wrote there", async () => {
    const { home, store } = await begun();
    const files = ["", "-wal", "-shm"].map((end) => home.file + end).filter((file) => existsSync(file));
    for (const file of files) {
      renameSync(file, `${file}.old`);
      copyFileSync(`${file}.old`, file);
    }
    expect(store.state()).toMatchObject(stopped);
    const other = await open(home);
    await order(other, revoke("a"));
    expect(store.state()).toMatchObject({ ...stopped, size: 2 });
    await expect(call(store)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(other.verify()).toMatchObject({ ok: true, records: 3 });
  });

  test("a database that was removed", async () => {
    const { home, store } = await begun();
    for (const end of ["", "-wal", "-shm"]) rmSync(home.file + end, { force: true });
    await expect(call(store)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("replaced or removed"),
    });
    expect(store.state()).toMatchObject(stopped);
  });

  test("one that is put back doesn't make up for it", async () => {
    const { home, store } = await begun();
    renameSync(home.file, `${home.file}.old`);
    expect(store.state()).toMatchObject(stopped);
    renameSync(`${home.file}.old`, home.file);
    expect(store.state()).toMatchObject(stopped);
    await expect(call(store)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  test("a witness that has seen more, or other records", async () => {
    const { home, store } = await begun();
    const copy = inDir(tempDir());
    for (const end of ["", "-wal"]) copyFileSync(home.file + end, copy.file + end);
    copyFileSync(home.witness, copy.witness);
    const elsewhere = await open(copy);
    await order(elsewhere, revoke("a"));
    await call(store);
    expect(store.state().problem).toBeNull();
    appendFileSync(home.witness, `${readFileSync(copy.witness, "latin1").split("\n").at(-2)}\n`);
    expect(store.state()).toMatchObject({ ...stopped, size: 4 });
    await expect(call(store)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  test("a witness that is seen only under the lock stops the write", async () => {
    const { home, store } = await begun();
    const copy = inDir(tempDir());
    for (const end of ["", "-wal"]) copyFileSync(home.file + end, copy.file + end);
    const elsewhere = await open({ ...copy, witness: home.witness });
    await order(elsewhere, revoke("a"));
    await expect(call(store)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(store.query()).toHaveLength(2);
  });
});
