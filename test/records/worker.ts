import { writeSync } from "node:fs";
import { signerFromSeed } from "../../src/evidence/ed25519.js";
import { openStore } from "../../src/records/store.js";

// Run as its own process: worker.mjs <file> <witness> <how many, 0 for ever> <writers> [uid]
// Prints a line for each record once it is acknowledged, and the code of what stops it.
const [file = "", witness = "", count = "0", writers = "1", uid] = process.argv.slice(2);
if (uid !== undefined) process.setuid?.(Number(uid));

try {
  const ledgerKey = signerFromSeed(new Uint8Array(32).fill(1));
  const store = await openStore({ file, witness, ledgerKey, clock: () => Date.now() });
  let left = count === "0" ? Number.POSITIVE_INFINITY : Number(count);
  const work = async (): Promise<void> => {
    while (left-- > 0) {
      const { value } = await store.write((tx) => tx.append(query()), { deadline: Date.now() + 30_000 });
      writeSync(1, `${value.seq} ${value.record_id}\n`);
    }
  };
  if (uid !== undefined) writeSync(1, `reads ${store.query().length}\n`);
  if (store.state().hall_id === null || uid !== undefined)
    await store.begin({ continues: null, operator_keys: [] });
  await Promise.all(Array.from({ length: Number(writers) }, work));
  store.close();
} catch (error) {
  const { code, message } = error as { code?: unknown; message?: unknown };
  writeSync(1, `stopped ${String(code)}: ${String(message)}\n`);
  process.exitCode = 1;
}

function query() {
  const common = {
    tenant_id: null,
    session_id: `p${process.pid}`,
    surface: null,
    correlation_id: null,
    actor: null,
  };
  const skill = { skill_id: null, version: null, artifact_digest: null };
  return {
    kind: "query",
    body: { ...common, ...skill, engine: "wcp-hall/0.1.0", tool: "hall_standing" },
  } as const;
}
