import type { ListToolsResult, Tool } from "@modelcontextprotocol/sdk/types.js";
import type { Gate } from "../hall/types.js";
import type { ToolDefinition } from "../protocol/skill.js";
import { invalidParams } from "./rpc.js";

/** Most clients never ask for a second page, so one holds every catalogue of ordinary size. */
const PAGE = 100;

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

/** A cursor is the name of the last tool that was shown; it stays good while that tool is listed. */
function pageOf(tools: readonly ToolDefinition[], cursor: unknown): ListToolsResult {
  const start = cursor === undefined ? 0 : tools.findIndex((tool) => tool.name === cursor) + 1;
  if (cursor !== undefined && start === 0) {
    throw invalidParams(
      "params.cursor isn't of this list, or the list has changed; list again without a cursor.",
    );
  }
  const shown = tools.slice(start, start + PAGE);
  const last = shown.at(-1);
  const more = start + shown.length < tools.length;
  return { tools: shown.map(mcpTool), ...(more && last !== undefined ? { nextCursor: last.name } : {}) };
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
