export { mcpServers } from "./mcpServers.js";
