export { type ApprovalServerOptions, createApprovalServer } from "./approvals.js";
export type { ClientInfo } from "./params.js";
export {
  answerOf,
  type PromptProvider,
  type Reading,
  type ResourceProvider,
  variableIn,
} from "./provider.js";
export { createMcpServer, type McpServerOptions } from "./server.js";
export { type StdioOptions, type StdioServer, serveStdio } from "./stdio.js";
export { mcpServers } from "./upstream/mcpServers.js";
