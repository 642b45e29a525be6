import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { answerApproval } from "../../src/lifecycle/answerApproval.js";
import { auditQuery } from "../../src/lifecycle/auditQuery.js";
import { auditVerify } from "../../src/lifecycle/auditVerify.js";
import { devSkill } from "../../src/lifecycle/devSkill.js";
import { homeOf, notes, type TestWorkshop } from "../lifecycle/project.js";
import { dist } from "../setup/dist.js";

const PROCESSES = 4;
const CALLERS = 16;
const NOTE = "raced for";

type Ended = {
  readonly kind: string;
  readonly approval_id: string | null;
  readonly code: string | null;
};

/** A call that waits for a person. On a busy machine a few may be denied for want of time instead. */
function isHeld({ kind, code }: Ended): boolean {
  if (kind !== "held")
    expect(["done null", ...BUSY.map((busy) => `denied ${busy}`)]).toContain(`${kind} ${code}`);
  return kind === "held";
}

const BUSY = ["DENY_DEADLINE", "DENY_AUDIT_UNAVAILABLE"];

/** Processes of their own over one home on disk; each call of `race` lets all callers of all of them go at once. */
async function racers(ws: TestWorkshop): Promise<{ readonly race: () => Promise<readonly Ended[]> }> {
  const { index } = await dist();
  const program = fileURLToPath(new URL("approvalRacer.mjs", import.meta.url));
  const processes = Array.from({ length: PROCESSES }, () => {
    const child = spawn(process.execPath, [program, index, ws.cwd, String(CALLERS), NOTE], {
      env: { ...ws.environment, PATH: process.env["PATH"] ?? "" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill());
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return { child, next: async () => String((await lines.next()).value) };
  });
  await Promise.all(processes.map(async ({ next }) => expect(await next()).toBe("ready")));
  return {
    async race() {
      for (const { child } of processes) child.stdin.write("go\n");
      const lines = await Promise.all(processes.map(({ next }) => next()));
      return lines.flatMap((line) => JSON.parse(line) as readonly Ended[]);
    },
  };
}

/** How often the note stands in any file that a handler wrote. */
function written(state: string): number {
  const files = readdirSync(join(state, "data"), { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), "utf8"));
  return texts.join("\n").split(NOTE).length - 1;
}

test("64 callers in 4 processes race one approval: one hold opens, and exactly one call runs", async () => {
  const ws = await homeOf();
  await devSkill(ws, { dir: notes(ws), signal: new AbortController().signal, onSaved: () => {}, once: true });
  const { race } = await racers(ws);

  const ids = new Set((await race()).filter(isHeld).map(({ approval_id }) => approval_id));
  expect(ids.size).toBe(1);
  const [id] = ids;
  await answerApproval(ws, { id: id ?? "", verdict: "approve" });

  const after = await race();
  expect(after.filter(({ kind }) => kind === "done")).toHaveLength(1);
  expect(after.filter(isHeld).map(({ approval_id }) => approval_id)).not.toContain(id);
  expect(written(ws.environment["HALL_STATE"] ?? "")).toBe(1);
  const receipts = (await auditQuery(ws, { limit: 1000 })).filter(({ kind }) => kind === "receipt");
  expect(receipts).toHaveLength(1);
  expect(await auditVerify(ws)).toMatchObject({ ok: true });
}, 300_000);
