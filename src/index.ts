/*
 * The public names of wcp-hall, one by one. Everything else is the house's own.
 */
export { KeyError } from "./attest/keys.js";
export { buildManifest, ManifestError, writeManifest } from "./attest/manifest.js";
export { canonicalPackageHash } from "./attest/packageFiles.js";
export { PackageAttestationVerifier, type VerifierOptions } from "./attest/verifier.js";
export { type Judgment, makeDecision, type Question } from "./decide/makeDecision.js";
export { compileRules, parseRules, type Rule, type RuleProblem, type RuleSet } from "./decide/rules.js";
export {
  type HumanAnswer,
  type HumanApprovalCallback,
  type HumanApprovals,
  humanApprovals,
} from "./hall/approvals/humanApprovals.js";
export {
  ApprovalError,
  type Approver,
  type GivenAnswer,
  type HoldForApproval,
  type Voter,
} from "./hall/approver.js";
export type { Audit } from "./hall/audit.js";
export { callerOf, type Session } from "./hall/caller.js";
export type { Explanation } from "./hall/explain.js";
export { type Governed, type GovernedCall, type GovernedOptions, governed } from "./hall/governed.js";
export { type Environment, HomeError } from "./hall/home.js";
export { type OpenOptions, openHall, principalFromFile, principalOf } from "./hall/open.js";
export type { Operator } from "./hall/operator.js";
export { HallDenied, HallFailed, HallHeld } from "./hall/refusal.js";
export { codeOf, sayOutcome, type Unanswered } from "./hall/said.js";
export type { SchemaSource } from "./hall/schemaSource.js";
export type {
  AgentName,
  Caller,
  CallerSource,
  Gate,
  GuardedCall,
  HandlerLine,
  InvokeOptions,
  LocalHall,
  Principal,
} from "./hall/types.js";
export type { Ask, AskAnswer, Asker, LogLine } from "./protocol/ask.js";
export type { Json, JsonObject } from "./protocol/canonical.js";
export type { Clock } from "./protocol/clock.js";
export type { HallConfig, HomeConfig } from "./protocol/config.js";
export type { ContentBlock } from "./protocol/content.js";
export type { CandidateWorker, DenyReason, Hold, RouteDecision } from "./protocol/decision.js";
export { DENIALS, type DenyCode } from "./protocol/deny.js";
export type { Containment, Facts, PolicyGateContext, SkillFacts } from "./protocol/facts.js";
export { FAULTS } from "./protocol/fault.js";
export { definitionDigest, type ForeignDefinition, foreignDefinition } from "./protocol/foreign.js";
export type {
  Denial,
  Fault,
  FaultCode,
  Head,
  HoldAnswer,
  HoldQuestion,
  Outcome,
  Progress,
} from "./protocol/outcome.js";
export { ATTEST_CODES, type AttestCode } from "./protocol/package.js";
export type { Profile } from "./protocol/profile.js";
export type { DataLabel, Env, QosClass, RiskTier, RouteInput, TenantRisk } from "./protocol/request.js";
export { shownWhole } from "./protocol/shown.js";
export type { SkillManifest, ToolDefinition } from "./protocol/skill.js";
export type { Adapter } from "./protocol/standing.js";
export { SUPERVISOR_LEVELS, type SupervisorLevel } from "./protocol/supervisor.js";
export { VERSION } from "./protocol/version.js";
export { RecordsError } from "./records/error.js";
