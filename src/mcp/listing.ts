import type { ListToolsResult, Tool } from "@modelcontextprotocol/sdk/types.js";
import type { Gate } from "../hall/types.js";
import type { ToolDefinition } from "../protocol/skill.js";
import { pageAfter } from "./pages.js";

/** The tools of one session: pages of them, and which of them promise structured output. */
export type Listing = {
  /** The page after `cursor`. Throws RpcError -32602 for a cursor that isn't of this list. */
  page(cursor: unknown): Promise<ListToolsResult>;
  /** Whether a result of this tool must carry structuredContent. */
  hasOutputSchema(tool: string): Promise<boolean>;
  /** The Hall says that its list may be another now. */
  changed(): void;
};

export function openListing(gate: Gate): Listing {
  // Never forgotten: a client checks the result of a call that began before its tool left the list.
  const structured = new Map<string, boolean>();
  let stale = true;

  async function definitions(): Promise<readonly ToolDefinition[]> {
    stale = false; // before the wait, so that a change in between isn't missed
    try {
      const tools = await gate.tools();
      for (const tool of tools) structured.set(tool.name, tool.output_schema !== null);
      return tools;
    } catch (error) {
      stale = true;
      throw error;
    }
  }

  return {
    page: async (cursor) => pageOf(await definitions(), cursor),
    hasOutputSchema: async (tool) => {
      if (stale || !structured.has(tool)) await definitions().catch(() => undefined); // what is known still counts
      return structured.get(tool) ?? false;
    },
    changed: () => {
      stale = true;
    },
  };
}

function pageOf(tools: readonly ToolDefinition[], cursor: unknown): ListToolsResult {
  const { shown, next } = pageAfter(tools, cursor, ({ name }) => name);
  return { tools: shown.map(mcpTool), ...next };
}

function mcpTool(tool: ToolDefinition): Tool {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: tool.input_schema as Tool["inputSchema"], // its root is an object: the compiler refuses any other
    ...(tool.output_schema === null ? {} : { outputSchema: tool.output_schema as Tool["outputSchema"] }),
    annotations: tool.annotations,
    _meta: {
      "dev.hall/skill": { skill_id: tool.skill_id, version: tool.version, capability_id: tool.capability_id },
    },
  };
}
