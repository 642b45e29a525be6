import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import type { Gate } from "../../../src/hall/types.js";
import { createMcpServer } from "../../../src/mcp/index.js";
import type { Json } from "../../../src/protocol/canonical.js";
import type { Person } from "../stage.js";
import { type Ask, afterReceipt, isObject, type Seen, type Surface } from "../surface.js";

/** A client whose person answers a form as the call under way says. */
export function askingClient(name: string) {
  const client = new Client({ name, version: "1" }, { capabilities: { elicitation: { form: {} } } });
  let answer: Ask["answer"];
  client.setRequestHandler(ElicitRequestSchema, () => {
    if (answer === undefined) return { action: "cancel" };
    return answer === "yes" ? { action: "accept", content: { run: true } } : { action: "decline" };
  });
  return {
    client,
    /** `began` is told when the handler says how far it has come, where nothing else can tell. */
    async call({ tool, args, correlationId, signal, ...ask }: Ask, began?: () => void): Promise<Seen> {
      answer = ask.answer;
      const _meta = { "dev.hall/correlation_id": correlationId };
      const call = { name: tool, arguments: args as Record<string, unknown>, _meta };
      const result = await client.callTool(call, undefined, {
        ...(signal && { signal }),
        ...(began && { onprogress: began }),
      });
      const { outcome, code } = (result._meta as { "dev.hall/receipt": Receipt })["dev.hall/receipt"];
      const text = (result.content as readonly { readonly text: string }[])[0]?.text ?? "";
      if (outcome !== "done") return { kind: outcome, code: code ?? null, output: undefined, text };
      return {
        kind: "done",
        code: null,
        output: (result.structuredContent ?? JSON.parse(text)) as Json,
        text: undefined,
      };
    },
  };
}

type Receipt = { readonly outcome: Seen["kind"]; readonly code?: string | null };

/** A server over a gate, and the SDK's own client. */
export async function connect(gate: Gate) {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const asking = askingClient("surface");
  await createMcpServer({ gateFor: () => gate, version: "1.0.0", personMs: 60_000, pollMs: 1 }).connect(far);
  await asking.client.connect(near);
  return asking;
}

export const NO_FORM = "a form is shown only where a yes in it would count, so there is none to say no in";

/** One MCP session for each person. */
export const mcp: Surface = {
  name: "MCP",
  adapter: "mcp",
  correlates: true,
  previews: false,
  skips: { "a client's no where an approver must sign": NO_FORM },
  cannotCall: ({ args }) =>
    isObject(args) ? undefined : "a tools/call has an object, or isn't one (-32602)",
  open(stage) {
    const sessions = new Map<Person, ReturnType<typeof connect>>();
    const sessionOf = (person: Person) => {
      const known = sessions.get(person) ?? connect(stage.gate(person));
      sessions.set(person, known);
      return known;
    };
    return {
      async call(ask) {
        const session = await sessionOf(ask.person);
        const since = stage.place();
        return session.call(ask).catch((error: unknown) => {
          if (ask.signal?.aborted) return afterReceipt(stage, since); // who cancels gets no answer
          throw error;
        });
      },
      async close() {
        for (const session of sessions.values()) await (await session).client.close();
      },
    };
  },
};
