export type { GovernOptions } from "./governed.js";
export { governedTools } from "./governedTools.js";
export { type GovernToolsOptions, governTools } from "./governTools.js";
export { recordRefusals } from "./recordRefusals.js";
export { isRefusal, isShownOutput, type Refusal, type ShownOutput, type Underway } from "./refusal.js";
export { type ApprovalQuery, type ApprovalStatus, toolApproval } from "./toolApproval.js";
