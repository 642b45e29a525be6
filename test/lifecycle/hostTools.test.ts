import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openHome } from "../../src/hall/open.js";
import { applyHome } from "../../src/lifecycle/applyHome.js";
import { checkForeignNames } from "../../src/lifecycle/foreignOrigins.js";
import { acceptHostTools, listHostTools } from "../../src/lifecycle/hostTools.js";
import { initHome } from "../../src/lifecycle/initHome.js";
import { giveOrder } from "../../src/lifecycle/standing.js";
import type { Workshop } from "../../src/lifecycle/workshop.js";
import { foreignDefinition } from "../../src/protocol/foreign.js";
import { ruleFor } from "../hall/memoryHall.js";

const SEND = foreignDefinition({ name: "send_mail", description: "Send a mail." });

describe("foreign tools of this machine's programs", () => {
  let dir: string;
  let ws: Workshop;
  let shown: string[];
  let says: boolean;

  beforeEach(async () => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), "hall-tools-")));
    shown = [];
    says = true;
    ws = {
      cwd: dir,
      environment: { HOME: dir, HALL_STATE: join(dir, "state") },
      clock: Date.now,
      user: "ann",
      program: [process.execPath],
      progress: () => {},
      accept: async (_question, details) => {
        shown.push(...details);
        return says;
      },
    };
    await initHome(ws, { namespace: "org.acme" });
    const rule = ruleFor("rr_mail_dev_001", "cap.mail.send", "wrk.host.tool");
    writeFileSync(join(dir, ".hall", "rules.json"), JSON.stringify({ rules: [rule] }));
    await applyHome(ws, {});
    shown = [];
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  async function guard(definition: typeof SEND, capability = "cap.mail.send"): Promise<string> {
    const { hall, ledger } = await openHome({ cwd: dir, environment: ws.environment });
    await ledger.ready();
    const call = { definition, capability, args: {} };
    const outcome = await hall.gate({ agent: "bot" }).guard(call, () => 1);
    await hall.close();
    return outcome.kind === "denied" ? outcome.denial.code : outcome.kind;
  }

  test("are listed as first used, then refused when they change, until somebody accepts", async () => {
    expect(await listHostTools(ws)).toEqual({ tools: [], rule: [] });
    expect(await guard(SEND)).toBe("done");
    const known = { origin: "host", tool: "send_mail", capability: "cap.mail.send" };
    const [first] = (await listHostTools(ws)).tools;
    expect(first).toEqual({ ...known, state: "first use", changes: [], rule_id: "rr_mail_dev_001" });

    const changed = { ...SEND, description: "Send a mail to anybody." };
    expect(await guard(changed)).toBe("DENY_DEFINITION_CHANGED");
    const [listed] = (await listHostTools(ws)).tools;
    expect(listed?.changes).toEqual(['text /description: "Send a mail." becomes "Send a mail to anybody."']);

    const done = await acceptHostTools(ws, { origin: "host" });
    expect(done).toMatchObject({ accepted: true, tools: ["host/send_mail"] });
    expect(shown.join("\n")).toContain("Send a mail to anybody.");
    expect(await guard(changed)).toBe("done");
    expect(await guard(SEND)).toBe("DENY_DEFINITION_CHANGED");
    const file = JSON.parse(readFileSync(join(dir, ".hall", "tools.json"), "utf8"));
    expect(file.tools).toMatchObject([{ origin: "host", definition: changed, capability: "cap.mail.send" }]);
  });

  test("stay as they are without a yes", async () => {
    await guard(SEND);
    await guard({ ...SEND, title: "Mail" });
    says = false;
    expect(await acceptHostTools(ws, { origin: "host" })).toMatchObject({ accepted: false, record_id: null });
    expect(await guard({ ...SEND, title: "Mail" })).toBe("DENY_DEFINITION_CHANGED");
  });

  test("that no rule allows are listed with the rule that would", async () => {
    expect(await guard(SEND, "cap.money.move")).toBe("DENY_UNKNOWN_SKILL");
    const { tools, rule } = await listHostTools(ws);
    expect(tools).toMatchObject([{ tool: "send_mail", state: "unaccepted", rule_id: null }]);
    expect(rule).toMatchObject([{ match: { capability_id: "cap.money.move", env: "dev" } }]);
    expect(JSON.stringify(rule)).toContain("wrk.host.tool");
  });

  test("are known by their id: an order about them stops something, and no skill may take it", async () => {
    await guard(SEND);
    const order = { subject: "skill:org.acme/host", state: "revoked" } as const;
    expect(await giveOrder(ws, order, { reason: "stop" })).toMatchObject({ installed: true });
    expect(await guard(SEND)).toBe("DENY_SKILL_REVOKED");
    const { store, ledger, hall } = await openHome({ cwd: dir, environment: ws.environment });
    await ledger.ready();
    expect(() => checkForeignNames(store(), "org.acme/host", [])).toThrow(/go by org.acme\/host/);
    expect(() => checkForeignNames(store(), "org.acme/notes", [])).not.toThrow();
    await hall.close();
  });

  test("that nobody called can't be accepted", async () => {
    await expect(acceptHostTools(ws, { origin: "host" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
