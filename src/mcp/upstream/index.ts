export { openPool } from "./pool.js";
export { withServers } from "./withServers.js";
