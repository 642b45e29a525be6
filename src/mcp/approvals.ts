import type { Readable, Writable } from "node:stream";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type Tool,
} from "@modelcontextprotocol/sdk/types.js";
import { ApprovalError, type Approver, type HoldForApproval } from "../hall/approver.js";
import type { Json, JsonObject } from "../protocol/canonical.js";
import { shownWhole } from "../protocol/shown.js";
import { SERVER_NAME } from "./greeting.js";
import { openStdioTransport } from "./transport.js";

export type ApprovalServerOptions = {
  /** Whose session it is: every answer is theirs, and they are nobody's requester here. */
  readonly approver: Approver;
  readonly version: string;
};

/**
 * An approver's MCP session, still to be connected to a transport: the tools wcp_approvals_list, wcp_approval_resolve
 * and wcp_approval_escalate, and nothing that runs a skill. Who answers is fixed by the session, never by arguments.
 */
export function createApprovalServer({ approver, version }: ApprovalServerOptions): Server {
  const server = new Server({ name: `${SERVER_NAME}-approvals`, version }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOLS.map(({ tool }) => tool) }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const found = TOOLS.find(({ tool }) => tool.name === params.name);
    if (found === undefined) throw new McpError(ErrorCode.InvalidParams, "Unknown tool.");
    try {
      return await found.call(approver, params.arguments ?? {});
    } catch (error) {
      if (error instanceof McpError) throw error;
      const { code, message } = error instanceof ApprovalError ? error : UNFORESEEN;
      return { isError: true, content: [{ type: "text", text: shownWhole(`${code}: ${message}`) }] };
    }
  });
  return server;
}

const UNFORESEEN = { code: "UNAVAILABLE", message: "The answer couldn't be recorded; try again." };

/** Serves one approver on a pair of streams until the client goes away, or the signal ends it. */
export async function serveApprovalStdio(
  options: ApprovalServerOptions & {
    readonly input: Readable;
    readonly output: Writable;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const server = createApprovalServer(options);
  const transport = openStdioTransport(options.input, options.output);
  const gone = new Promise<void>((resolve) => {
    server.onclose = resolve;
  });
  options.signal.addEventListener("abort", () => void server.close(), { once: true });
  await server.connect(transport);
  await gone;
}

type ApprovalTool = {
  readonly tool: Tool;
  call(approver: Approver, args: Readonly<Record<string, unknown>>): Promise<CallToolResult>;
};

const APPROVAL_ID = { type: "string", description: "The approval's id, as wcp_approvals_list gives it." };
const REASON = { type: "string", maxLength: 500, description: "Why, for the record." };

const TOOLS: readonly ApprovalTool[] = [
  {
    tool: {
      name: "wcp_approvals_list",
      title: "Calls that wait",
      description:
        "Lists the held calls, oldest first, each whole: what would run, for whom, with which arguments.",
      inputSchema: { type: "object", properties: {}, additionalProperties: false },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async call(approver, args) {
      expectOnly(args, []);
      return answer({ approver: approver.id, approvals: approver.list().map(described) });
    },
  },
  {
    tool: {
      name: "wcp_approval_resolve",
      title: "Answer a held call",
      description:
        "Signs and records this approver's answer to one held call: approve lets exactly that call run once, deny ends it, escalate asks people above.",
      inputSchema: {
        type: "object",
        properties: {
          approval_id: APPROVAL_ID,
          verdict: { type: "string", enum: ["approve", "deny", "escalate"] },
          reason: REASON,
        },
        required: ["approval_id", "verdict"],
        additionalProperties: false,
      },
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    async call(approver, args) {
      expectOnly(args, ["approval_id", "verdict", "reason"]);
      const { verdict } = args;
      if (verdict !== "approve" && verdict !== "deny" && verdict !== "escalate")
        throw badArguments("verdict: expected approve, deny or escalate");
      return vote(approver, args, verdict);
    },
  },
  {
    tool: {
      name: "wcp_approval_escalate",
      title: "Pass a held call upwards",
      description: "Records that people of the level above this approver shall answer one held call.",
      inputSchema: {
        type: "object",
        properties: { approval_id: APPROVAL_ID, reason: REASON },
        required: ["approval_id"],
        additionalProperties: false,
      },
      annotations: {
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
    },
    async call(approver, args) {
      expectOnly(args, ["approval_id", "reason"]);
      return vote(approver, args, "escalate");
    },
  },
];

async function vote(
  approver: Approver,
  { approval_id, reason = null }: Readonly<Record<string, unknown>>,
  verdict: "approve" | "deny" | "escalate",
): Promise<CallToolResult> {
  if (typeof approval_id !== "string") throw badArguments("approval_id: expected a text");
  if (reason !== null && (typeof reason !== "string" || reason.length > 500))
    throw badArguments("reason: expected a text of at most 500 characters");
  return answer(described(await approver.vote(approval_id, verdict, reason?.toWellFormed() ?? null)));
}

/** A hold as plain data: the request's members, and where it stands. */
function described({ request, arguments: text, ...hold }: HoldForApproval): JsonObject {
  const { approval_id, state, level, yes, answers } = hold;
  return {
    approval_id,
    state,
    level_needed: level,
    yes,
    needed: request.needed,
    answers: answers as unknown as Json,
    request: request as unknown as Json,
    arguments: text === null ? null : JSON.parse(text),
  };
}

/** The text is the same JSON with everything that a person wouldn't see spelled out. */
function answer(output: JsonObject): CallToolResult {
  const text = shownWhole(JSON.stringify(output));
  return { content: [{ type: "text", text }], structuredContent: output };
}

function expectOnly(args: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  const stranger = Object.keys(args).find((name) => !names.includes(name));
  if (stranger !== undefined)
    throw badArguments(`${JSON.stringify(stranger.slice(0, 100))} is no argument of this tool`);
}

function badArguments(problem: string): McpError {
  return new McpError(ErrorCode.InvalidParams, `Bad arguments: ${problem}.`);
}
