import { expect, test } from "vitest";
import { sealEnvelope } from "../../src/evidence/dsse.js";
import { openMemoryHall } from "../../src/hall/open.js";
import { makePolicyDocument } from "../../src/hall/policy.js";
import { compileAndBuild } from "../../src/lifecycle/buildSkillAt.js";
import { vouchFor } from "../../src/lifecycle/certificate.js";
import { enrol } from "../../src/lifecycle/enrol.js";
import { acting } from "../../src/lifecycle/recordWork.js";
import { inForce } from "../../src/lifecycle/workshop.js";
import { timestamp } from "../../src/protocol/clock.js";
import { HomeConfigSchema } from "../../src/protocol/config.js";
import { failure, notes, workshop } from "./project.js";

const NOBODY = { skill_id: null, version: null, artifact_digest: null };

/** skills/notes, certified by a Hall in memory, and what that Hall does when bytes are put: between check and record. */
async function stage(meanwhile: (parts: Awaited<ReturnType<typeof openMemoryHall>>, digest: string) => void) {
  const ws = workshop();
  const built = await compileAndBuild(notes(ws));
  const config = HomeConfigSchema.parse({
    env: "dev",
    tenant: "test",
    namespace: "org.acme",
    caller: { data_label: "INTERNAL", tenant_risk: "low", qos_class: "P2" },
    registry: "file:",
    namespaces: { test: ["org.acme"] },
  });
  const parts = await openMemoryHall({ policy: () => makePolicyDocument(config, { rules: [] }) });
  let isFirst = true;
  const { put } = parts.artifacts;
  const artifacts = {
    ...parts.artifacts,
    put(digest: string, bytes: Uint8Array) {
      put(digest, bytes);
      if (isFirst) meanwhile(parts, digest);
      isFirst = false;
    },
  };
  const { attestSecret } = parts.own();
  const certified = vouchFor(built, [], { signer: parts.keys.publisher, attestSecret, clock: ws.clock });
  return {
    parts: { ...parts, artifacts },
    work: enrol(ws, { ...parts, artifacts }, certified, { dev: false }),
  };
}

test("what is ordered between the check and the record is seen: the check is made again", async () => {
  const { parts, work } = await stage((hall, digest) => {
    const { store } = inForce(hall);
    const { hall_id, last_order: previous } = store.state();
    const order = {
      hall_id,
      kind: "ban",
      previous,
      issued_at: timestamp(Date.now()),
      reason: null,
      subject: `hash:${digest}`,
      add: true,
      scope: "org",
    };
    const body = {
      ...acting({ user: "ada" }, hall, NOBODY),
      order: sealEnvelope("order", order, [hall.keys.operator]),
    };
    void store.write((tx) => tx.append({ kind: "ban", body }));
  });
  expect(await failure(work)).toMatchObject({ code: "NOT_ACTIVE" });
  expect(parts.store().installs()).toEqual([]);
  await parts.hall.close();
});

test("a change that doesn't matter to it only costs another check", async () => {
  const { parts, work } = await stage((hall) => {
    const { store } = inForce(hall);
    const { hall_id, last_order: previous } = store.state();
    const order = {
      hall_id,
      kind: "ban",
      previous,
      issued_at: timestamp(Date.now()),
      reason: null,
      subject: "skill:org.acme/other",
      add: true,
      scope: "org",
    };
    const body = {
      ...acting({ user: "ada" }, hall, NOBODY),
      order: sealEnvelope("order", order, [hall.keys.operator]),
    };
    void store.write((tx) => tx.append({ kind: "ban", body }));
  });
  expect(await work).toMatchObject({ skill_id: "org.acme/notes", record_id: expect.any(String) });
  expect(parts.store().installs()).toMatchObject([{ skill_id: "org.acme/notes", dev: false }]);
  expect(parts.store().verify()).toMatchObject({ ok: true });
  await parts.hall.close();
});
