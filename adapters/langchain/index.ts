/*
 * wcp-hall/langchain: the tools of a Hall for LangChain, and its governance for any tool of an agent.
 */
export type { ApprovalsReply, ApprovalsRequest } from "./answers.js";
export { type GovernanceOptions, governanceMiddleware } from "./middleware.js";
export { type Receipt, receiptOf } from "./receipt.js";
export { governedTools } from "./tools.js";
export type { GateSource, RunContext } from "./whose.js";
