export { type GovernedToolsOptions, governedTools } from "./governedTools.js";
export { runToolCall, type ToolCallRun } from "./runToolCall.js";
export type {
  ChatTool,
  ChatToolCall,
  ChatToolMessage,
  ResponsesContent,
  ResponsesTool,
  ResponsesToolCall,
  ResponsesToolOutput,
} from "./types.js";
