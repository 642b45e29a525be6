import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import type { Gate, InvokeOptions } from "../../src/hall/types.js";
import { createMcpServer, type McpServerOptions } from "../../src/mcp/index.js";
import type { RouteDecision } from "../../src/protocol/decision.js";
import type { HoldQuestion, Outcome } from "../../src/protocol/outcome.js";
import { DEFAULT_ESCALATION, DEFAULT_PRECONDITIONS } from "../../src/protocol/rule.js";
import type { ToolDefinition } from "../../src/protocol/skill.js";

export const decision: RouteDecision = {
  decision_id: "7d1a1c53-0a3c-4b7e-9b0e-0c9b1f3f8a10",
  timestamp: "2026-11-20T10:00:00.000Z",
  correlation_id: "corr-1",
  tenant_id: "local",
  capability_id: "cap.doc.search",
  matched_rule_id: "rr_search",
  env: "dev",
  data_label: "INTERNAL",
  tenant_risk: "low",
  qos_class: "P2",
  denied: false,
  deny_reason_if_denied: null,
  selected_worker_species_id: "wrk.doc.searcher",
  candidate_workers_ranked: [],
  required_controls_effective: [],
  recommended_profiles_effective: [],
  escalation_effective: DEFAULT_ESCALATION,
  preconditions_checked: DEFAULT_PRECONDITIONS,
  artifact_hash: null,
  worker_attestation_checked: true,
  worker_attestation_valid: true,
  dry_run: false,
  telemetry_envelopes: [],
};

export const head = { hall_id: "aa", size: 7, head: "bb", key_id: "ed25519:cc", signature: "dd" };
export const recorded = { decision, record_id: "rec-1", ledger_head: head };

export function done(output: Extract<Outcome, { kind: "done" }>["output"]): Outcome {
  return { kind: "done", ...recorded, output, content: null, receipt_id: "rcpt-1" };
}

export const question: HoldQuestion = {
  approval_id: "0b1b2c3d-0000-4000-8000-000000000001",
  mode: "confirm",
  needed: 1,
  supervisor_level: null,
  holds: [{ code: "DENY_REQUIRES_HUMAN", reason: "rule rr_1" }],
  skill_id: "org.acme/notes",
  title: "Notes",
  tool: "add_note",
  arguments: '{"text":"buy tea"}',
  expires_at: "2026-11-20T10:15:00.000Z",
};

export function held(changes: Partial<HoldQuestion> = {}): Outcome {
  const asked = { ...question, ...changes };
  const { approval_id, expires_at } = asked;
  return { kind: "held", ...recorded, approval_id, expires_at, question: asked };
}

export function tool(name: string, outputSchema: ToolDefinition["output_schema"] = null): ToolDefinition {
  return {
    name,
    title: `Title of ${name}`,
    description: `What ${name} does.`,
    capability_id: "cap.doc.search",
    input_schema: { type: "object", properties: { query: { type: "string" } }, additionalProperties: false },
    output_schema: outputSchema,
    annotations: {
      title: `Title of ${name}`,
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    skill_id: "org.acme/notes",
    version: "1.2.0",
  };
}

export const HITS = {
  type: "object",
  properties: { hits: { type: "array", items: { type: "string" } } },
  required: ["hits"],
} as const;

type Invoke = (tool: string, args: unknown, options: InvokeOptions) => Outcome | Promise<Outcome>;
export type ScriptedGate = Gate & {
  list: readonly ToolDefinition[];
  readonly calls: { tool: string; args: unknown; options: InvokeOptions }[];
  readonly listeners: Set<() => void>;
};

/** A gate that answers as it is told to, and remembers what it was asked. */
export function scriptedGate(list: readonly ToolDefinition[], invoke: Invoke): ScriptedGate {
  const gate: ScriptedGate = {
    list,
    calls: [],
    listeners: new Set(),
    tools: async () => gate.list,
    invoke: async (tool, args, options = {}) => {
      gate.calls.push({ tool, args, options });
      return invoke(tool, args, options);
    },
    guard: async () => {
      throw new Error("not of this gate");
    },
    through() {
      return this; // of a gate that a test made of this one too
    },
    onToolsChanged: (fn) => {
      gate.listeners.add(fn);
      return () => gate.listeners.delete(fn);
    },
  };
  return gate;
}

/** The SDK's own client, connected to a server over this gate. */
export async function connect(
  gate: Gate,
  {
    client = new Client({ name: "tester", version: "1.0.0" }),
    ...more
  }: Partial<McpServerOptions> & { client?: Client } = {},
) {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const server = createMcpServer({ gateFor: () => gate, version: "9.9.9", ...more });
  await server.connect(far);
  await client.connect(near);
  return { client, server };
}

/** A client that sends whatever it is given, and collects the answers. */
export async function connectRaw({
  slow = false,
  ...options
}: Partial<McpServerOptions> & Pick<McpServerOptions, "gateFor"> & { slow?: boolean }) {
  const [near, far] = InMemoryTransport.createLinkedPair();
  if (slow) {
    const send = far.send.bind(far);
    far.send = async (...message) => {
      await new Promise((resolve) => setImmediate(resolve));
      return send(...message);
    };
  }
  const server = createMcpServer({ version: "9.9.9", ...options });
  await server.connect(far);
  return { ...rawClient(near), server };
}

export function rawClient(transport: Transport) {
  const received: Answer[] = [];
  const waiting = new Set<() => void>();
  transport.onmessage = (message) => {
    received.push(message as Answer);
    for (const wake of waiting) wake();
  };
  const send = (message: unknown) => transport.send(message as JSONRPCMessage);
  const answer = async (id: string | number): Promise<Answer> => {
    for (;;) {
      const found = received.find((message) => message.id === id);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        waiting.add(resolve);
      });
    }
  };
  const request = async (id: string | number, method: string, params?: unknown) => {
    await send({ jsonrpc: "2.0", id, method, ...(params === undefined ? {} : { params }) });
    return answer(id);
  };
  return { received, send, answer, request };
}

export type Answer = {
  readonly id?: string | number;
  readonly method?: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
};

export const INITIALIZE = {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "raw", version: "0.0.1" },
};

export function textOf(result: unknown): string {
  const { content } = result as { content: readonly { type: string; text: string }[] };
  return content.map((block) => block.text).join("");
}
