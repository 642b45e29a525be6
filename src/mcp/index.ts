export type { ClientInfo } from "./params.js";
export { createMcpServer, type McpServerOptions } from "./server.js";
export { type StdioOptions, type StdioServer, serveStdio } from "./stdio.js";
