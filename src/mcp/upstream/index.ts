export { openPool, type Pool, type PoolOptions } from "./pool.js";
export { type ServersOptions, withServers } from "./withServers.js";
