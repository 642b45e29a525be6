import { VERSION } from "../protocol/version.js";
import { EXIT, type ExitCode } from "./exit.js";
import type { Run } from "./run.js";

/** Serves an approver's MCP session on stdin and stdout: it lists and answers held calls, and runs nothing. */
export async function serveApprover(
  { host, workshop, signal }: Run,
  { id, keyFile }: { readonly id: string; readonly keyFile: string | undefined },
): Promise<ExitCode> {
  const { approverSession } = await import("../lifecycle/approverSession.js");
  const { serveApprovalStdio } = await import("../mcp/approvals.js");
  const { stdin: input, stdout: output } = host;
  await approverSession(workshop, { id, keyFile, surface: "mcp" }, (approver) =>
    serveApprovalStdio({ approver, version: VERSION, input, output, signal }),
  );
  return EXIT.ok;
}
