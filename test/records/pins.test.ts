import { copyFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { canonicalBytes } from "../../src/protocol/canonical.js";
import { definitionDigest, foreignDefinition } from "../../src/protocol/foreign.js";
import { openDatabase } from "../../src/records/driver.js";
import { migrate } from "../../src/records/migrations.js";
import { fillHall } from "./everything.js";
import {
  beginHall,
  call,
  common,
  DEFINITION,
  inDir,
  open,
  openHold,
  pinDraft,
  tempDir,
  vote,
} from "./home.js";
import { raw } from "./raw.js";

const ORIGIN = "local/search";
const OTHER = foreignDefinition({ name: "search", description: "Finds and deletes things" });

describe("the pin of a foreign tool", () => {
  test("is found by origin and name, with its definition", async () => {
    const store = await open();
    await beginHall(store);
    expect(store.pinOf(ORIGIN, "search")).toBeUndefined();
    const { value } = await store.write((tx) => tx.append(pinDraft(tx)));
    const pin = store.pinOf(ORIGIN, "search");
    expect(pin).toEqual({
      capability_id: "cap.doc.search",
      definition_digest: definitionDigest(DEFINITION),
      document: expect.stringMatching(/^[0-9a-f]{64}$/),
      record_id: value.record_id,
    });
    expect(Buffer.from(store.document(pin?.document ?? "") ?? [])).toEqual(canonicalBytes(DEFINITION));
    expect(store.document("0".repeat(64))).toBeUndefined();
    expect(store.pinOf(ORIGIN, "other")).toBeUndefined();
    expect(store.pinOf("local/other", "search")).toBeUndefined();
    await store.write((tx) => expect(tx.pinOf(ORIGIN, "search")).toEqual(pin));
  });

  test("is the first one; a second is refused, and nothing else of its transaction with it", async () => {
    const store = await open();
    await beginHall(store);
    await store.write((tx) => tx.append(pinDraft(tx)));
    const first = store.pinOf(ORIGIN, "search");
    for (const definition of [OTHER, DEFINITION]) {
      const again = store.write((tx) => tx.append(pinDraft(tx, definition)));
      await expect(again).rejects.toMatchObject({
        code: "REFUSED",
        message: expect.stringContaining("the first pin stands"),
      });
    }
    expect(store.pinOf(ORIGIN, "search")).toEqual(first);
    await call(store);
    expect(store.verify()).toMatchObject({ ok: true, unread: 0 });
  });

  test("of two that race, one stands", async () => {
    const home = inDir(tempDir());
    const one = await open(home);
    await beginHall(one);
    const two = await open(home);
    const pinned = await Promise.allSettled([
      one.write((tx) => tx.append(pinDraft(tx))),
      two.write((tx) => tx.append(pinDraft(tx, OTHER))),
    ]);
    expect(pinned.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(one.pinOf(ORIGIN, "search")).toEqual(two.pinOf(ORIGIN, "search"));
  });

  test("is refused without its document, with another's, and for nobody's tool", async () => {
    const store = await open();
    await beginHall(store);
    const refused = [
      { document: "0".repeat(64) },
      { definition_digest: definitionDigest(OTHER) },
      { skill_id: null },
    ];
    for (const changes of refused) {
      const written = store.write((tx) => {
        const draft = pinDraft(tx);
        return tx.append({ ...draft, body: { ...draft.body, ...changes } });
      });
      await expect(written).rejects.toMatchObject({ code: "REFUSED" });
    }
    const skill = await store
      .write((tx) => {
        const draft = pinDraft(tx);
        const document = tx.putDocument(canonicalBytes({ name: "search" }));
        return tx.append({ ...draft, body: { ...draft.body, ...common({ skill_id: ORIGIN }), document } });
      })
      .catch((error: unknown) => error);
    expect(skill).toMatchObject({
      code: "REFUSED",
      message: expect.stringContaining("isn't a tool's definition"),
    });
    expect(store.pinOf(ORIGIN, "search")).toBeUndefined();
  });

  test("moves neither epoch nor policy", async () => {
    const store = await open();
    await beginHall(store);
    const before = store.state();
    await store.write((tx) => tx.append(pinDraft(tx)));
    expect(store.state()).toMatchObject({ epoch: before.epoch, policy_digest: before.policy_digest });
  });

  test("is what the records say, whatever is done to its row", async () => {
    const home = inDir(tempDir());
    const store = await open(home);
    await beginHall(store);
    await store.write((tx) => tx.append(pinDraft(tx)));
    const pin = store.pinOf(ORIGIN, "search");
    raw(home.file).exec(`UPDATE pins SET definition_digest = '${definitionDigest(OTHER)}'`);
    expect(store.pinOf(ORIGIN, "search")).toEqual(pin);
    expect(store.verify()).toMatchObject({ ok: false, first_bad: { seq: 2 } });
    store.close();
    expect((await open(home)).pinOf(ORIGIN, "search")).toEqual(pin);
  });
});

describe("a database from before there were pins", () => {
  /** A home of schema 2 with the records of one of this version. */
  async function earlier() {
    const [now, before] = [inDir(tempDir()), inDir(tempDir())];
    const store = await open(now);
    await beginHall(store);
    await call(store);
    await vote(store, await openHold(store));
    store.close();
    const db = openDatabase(before.file);
    migrate(db, 2);
    db.exec(`ATTACH '${now.file}' AS later`);
    for (const { name } of db.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")) {
      const columns = db.rows(`PRAGMA main.table_info(${name})`).map((column) => column["name"]);
      const order = name === "ledger" ? "ORDER BY seq" : "";
      db.exec(`INSERT INTO main.${name} SELECT ${columns} FROM later.${name} ${order}`);
    }
    db.close();
    copyFileSync(now.witness, before.witness);
    return before;
  }

  test("is brought to this version, and takes them", async () => {
    const home = await earlier();
    const store = await open(home);
    expect(store.repaired).toEqual([]);
    await store.write((tx) => tx.append(pinDraft(tx)));
    expect(store.verify()).toMatchObject({ ok: true });
    store.close();
    expect((await open(home)).pinOf(ORIGIN, "search")).toBeDefined();
  });

  test("is read and verified as it lies by who may only read", async () => {
    const home = await earlier();
    const reader = await open({ ...home, readonly: true });
    expect(reader.state().problem).toMatchObject({ code: "READ_ONLY" });
    expect(reader.pinOf(ORIGIN, "search")).toBeUndefined();
    expect(reader.verify()).toMatchObject({ ok: true });
  });
});

test("a home with pins opens by reading only what decides", async () => {
  const home = inDir(tempDir());
  const store = await open(home);
  await fillHall(store);
  store.close();
  expect((await open(home)).pinOf(ORIGIN, "search")).toBeDefined();
});
