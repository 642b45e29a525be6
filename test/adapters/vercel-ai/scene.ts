import { fileURLToPath } from "node:url";
import { governedTools, toolApproval } from "../../../adapters/vercel-ai/index.js";
import { principalOf } from "../../../src/hall/open.js";
import { build, install, openNotesHall, policyOf, ruleFor } from "../../hall/memoryHall.js";
import type { Sdk } from "./sdks.js";

const PROBE = fileURLToPath(new URL("probe", import.meta.url));

/** Searching runs; adding a note waits for a person: the asking program's yes (confirm), or an approver's. */
export async function openScene(approval: "confirm" | "approve" = "confirm", more: readonly object[] = []) {
  const rules = [
    ruleFor("rr_notes_search_dev_001", "cap.doc.search", "wrk.doc.searcher"),
    ruleFor("rr_notes_write_dev_001", "cap.doc.write", "wrk.doc.searcher", {
      human_required_default: true,
      approval,
    }),
    ruleFor("rr_probe_dev_001", "cap.test.probe", "wrk.test.probe"),
    ...more,
  ];
  const parts = await openNotesHall({ policy: () => policyOf(rules) });
  const { hall, keys } = parts;
  await install(parts, await build(PROBE));
  const gate = hall.gate({ agent: "support-bot" });
  const tools = await governedTools(gate);
  return {
    ...parts,
    gate,
    tools,
    approver: hall.approver(principalOf("operator", keys.operator)),
    /** The call-level prompt where the SDK has one; else the tools' own. */
    asking: ({ hasToolApproval }: Sdk) => (hasToolApproval ? { toolApproval: toolApproval(gate) } : {}),
    /** The records about a tool, oldest first. */
    records: (tool: string) =>
      hall.audit.query({ tool, limit: 1000 }).map(({ kind, code }) => ({ kind, code })),
    /** The records of a call, by the SDK's id of it, oldest first; a decision that ran nothing as `preview`. */
    recordsOf: (toolCallId: string) =>
      hall.audit
        .query({ id: toolCallId, limit: 1000 })
        .map(({ kind, dry_run }) => (dry_run === true ? "preview" : kind)),
    runs: (tool: string) =>
      hall.audit.query({ tool, limit: 1000 }).filter(({ kind }) => kind === "receipt").length,
  };
}

export type Scene = Awaited<ReturnType<typeof openScene>>;
