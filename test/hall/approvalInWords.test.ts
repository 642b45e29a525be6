import { expect, test } from "vitest";
import type { Bodies } from "../../src/evidence/body.js";
import { approvalInWords } from "../../src/hall/approvalInWords.js";
import { openTestDesk } from "../http/approvalDesk.js";
import { CALLER } from "./memoryHall.js";

test("a person's answer: who, at which level, what, through what, and why", async () => {
  const { desk, hall, held } = await openTestDesk();
  const id = await held();
  const [channel] = desk.channels();
  const signer = channel && desk.signerOf(channel);
  if (signer === undefined) throw new Error("no channel");
  const bob = { ...signer, id: "bob", via: "slack:T1/U2", surface: "http" };
  await hall.approver(bob).vote(id, "escalate", "not\nmine\u202e");
  const record = hall.audit.query({ id }).find(({ kind }) => kind === "approval");
  expect(hall.audit.explain(record?.record_id ?? "")).toMatchObject({
    outcome: "approval",
    message: `bob (executor) left to people above them the call of hold ${id} through slack:T1/U2, at http. The reason: "not\\nmine\\u202e"`,
  });
});

test("the asking program's own yes or no, and the surface that it came through", async () => {
  const { hall } = await openTestDesk({ approval: "confirm" });
  for (const said of ["confirmed", "declined"] as const) {
    const gate = hall.gate(CALLER).through("mcp", "mcp");
    await gate.invoke("add_note", { text: said }, { onHold: async () => said });
    const record = hall.audit.query({}).findLast(({ kind }) => kind === "approval");
    const words = approvalInWords(record?.body as unknown as Bodies["approval"]);
    expect(words).toBe(
      `The program that asked ${said} the call of hold ${record?.approval_id} itself, through mcp.`,
    );
  }
});
