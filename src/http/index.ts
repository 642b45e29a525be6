export { RECEIPT_HEADER } from "./answer.js";
export type { ApprovalDesk } from "./approvalsDesk.js";
export { ListenError, type ListenOptions, type ServedApprovals, serveApprovals } from "./approvalsServe.js";
export { type ExpressMiddleware, type ExpressRequest, expressMiddleware } from "./express.js";
export { honoMiddleware } from "./hono.js";
export { bearerToken, type RouteIdentity, type RouteOptions, type RouteRequest } from "./route.js";
