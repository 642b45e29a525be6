import { expect, test, vi } from "vitest";
import { auditTail } from "../../src/lifecycle/auditTail.js";
import { revokeSkill } from "../../src/lifecycle/revokeSkill.js";
import type { RecordRow } from "../../src/records/query.js";
import { failure, homeOf, workshop } from "./project.js";

test("tells of what is written from now on, by anybody, in order", async () => {
  const ws = await homeOf();
  const stop = new AbortController();
  const rows: RecordRow[] = [];
  const tail = auditTail(ws, { signal: stop.signal, onRow: (row) => rows.push(row) });
  await revokeSkill(ws, { subject: "org.acme/one", reason: "a" });
  await revokeSkill(ws, { subject: "org.acme/two", reason: "b" });
  await vi.waitFor(() => expect(rows.length).toBeGreaterThanOrEqual(1), 30_000);
  await vi.waitFor(() => expect(rows.at(-1)?.seq).toBe(3), 30_000);
  stop.abort();
  await tail;
  const seqs = rows.map(({ seq }) => seq);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(["standing"]));
});

test("needs a home", async () => {
  expect(
    await failure(auditTail(workshop(), { signal: new AbortController().signal, onRow: () => {} })),
  ).toMatchObject({ code: "NO_HOME" });
});
