import { z } from "zod";
import { canonicalJson, type Json } from "./canonical.js";
import type { InputProblem } from "./facts.js";

/** The closed vocabularies of a request (wcp.md 2.1), each in order of rising weight where it has one. */
export const ENVS = ["dev", "stage", "prod", "edge"] as const;
export const DATA_LABELS = ["PUBLIC", "INTERNAL", "RESTRICTED"] as const;
export const TENANT_RISKS = ["low", "medium", "high"] as const;
export const QOS_CLASSES = ["P0", "P1", "P2", "P3"] as const;
export const RISK_TIERS = ["low", "medium", "high", "critical"] as const;

export type Env = (typeof ENVS)[number];
export type DataLabel = (typeof DATA_LABELS)[number];
export type TenantRisk = (typeof TENANT_RISKS)[number];
export type QosClass = (typeof QOS_CLASSES)[number];
export type RiskTier = (typeof RISK_TIERS)[number];

export const EnvSchema = z.enum(ENVS);
export const DataLabelSchema = z.enum(DATA_LABELS);
export const TenantRiskSchema = z.enum(TENANT_RISKS);
export const QosClassSchema = z.enum(QOS_CLASSES);
export const RiskTierSchema = z.enum(RISK_TIERS);

/** A capability request as it reaches the decision, parsed (S003 RouteInput; wcp.md 2.2). */
export type RouteInput = {
  readonly capability_id: string;
  readonly env: Env;
  readonly data_label: DataLabel;
  readonly tenant_risk: TenantRisk;
  readonly qos_class: QosClass;
  readonly tenant_id: string;
  readonly correlation_id: string;
  readonly request: Readonly<Record<string, Json>>;
  readonly dry_run: boolean;
  readonly blast_radius?: Readonly<Record<string, Json>>;
  readonly blast_score?: number;
  readonly privilege_context?: Readonly<Record<string, Json>>;
  readonly tenant_credential?: string;
};

/** "prod" and "edge" are treated alike by every gate (wcp.md 2.1). */
export function isProduction(env: Env): boolean {
  return env === "prod" || env === "edge";
}

/** What a decision copies from its request, also when the request is refused for its shape. */
export type RequestEcho = Pick<
  RouteInput,
  | "capability_id"
  | "env"
  | "data_label"
  | "tenant_risk"
  | "qos_class"
  | "tenant_id"
  | "correlation_id"
  | "dry_run"
>;

export type ParsedRouteInput =
  | { readonly input: RouteInput }
  | { readonly problems: readonly InputProblem[]; readonly echo: RequestEcho };

/**
 * A RouteInput from any value, or everything that is wrong with it, as path and keyword. Members that are null
 * where null is allowed are absent, unknown members are dropped, `request` and `dry_run` get their defaults
 * (formats.md, Numbers). A blank tenant or correlation id is a matter for the decision, not of shape (wcp.md 3.16).
 * Never throws. Written by hand: it is on the path of every decision.
 */
export function parseRouteInput(value: unknown): ParsedRouteInput {
  try {
    return readRouteInput(value);
  } catch {
    return { problems: [{ path: "", keyword: "readable" }], echo: NO_ECHO }; // an accessor that throws
  }
}

function readRouteInput(value: unknown): ParsedRouteInput {
  if (!isRecord(value)) return { problems: [{ path: "", keyword: "type" }], echo: NO_ECHO };
  const { capability_id, env, data_label, tenant_risk, qos_class, tenant_id, correlation_id } = value;
  const { request = NO_REQUEST, dry_run = false } = value;
  const { blast_radius, blast_score, privilege_context, tenant_credential } = value;

  let problems: InputProblem[] | undefined;
  const wrong = (path: string, keyword: string): void => {
    problems ??= [];
    problems.push({ path, keyword });
  };
  if (!isText(capability_id)) wrong("capability_id", "type");
  else if (capability_id === "") wrong("capability_id", "minLength");
  if (!isOneOf(ENVS, env)) wrong("env", "enum");
  if (!isOneOf(DATA_LABELS, data_label)) wrong("data_label", "enum");
  if (!isOneOf(TENANT_RISKS, tenant_risk)) wrong("tenant_risk", "enum");
  if (!isOneOf(QOS_CLASSES, qos_class)) wrong("qos_class", "enum");
  if (!isText(tenant_id)) wrong("tenant_id", "type");
  if (!isText(correlation_id)) wrong("correlation_id", "type");
  if (!isRecord(request)) wrong("request", "type");
  if (typeof dry_run !== "boolean") wrong("dry_run", "type");
  if (isPresent(blast_radius) && !isRecord(blast_radius)) wrong("blast_radius", "type");
  if (isPresent(blast_score) && !isScore(blast_score)) wrong("blast_score", "range");
  if (isPresent(privilege_context) && !isRecord(privilege_context)) wrong("privilege_context", "type");
  if (isPresent(tenant_credential) && !isText(tenant_credential)) wrong("tenant_credential", "type");

  if (problems !== undefined) return { problems, echo: echoOf(value) };
  const input = {
    capability_id,
    correlation_id,
    data_label,
    dry_run,
    env,
    qos_class,
    request,
    tenant_id,
    tenant_risk,
  } as { -readonly [Name in keyof RouteInput]: RouteInput[Name] };
  if (isRecord(blast_radius)) input.blast_radius = blast_radius as Readonly<Record<string, Json>>;
  if (isScore(blast_score)) input.blast_score = blast_score;
  if (isRecord(privilege_context))
    input.privilege_context = privilege_context as Readonly<Record<string, Json>>;
  if (isText(tenant_credential)) input.tenant_credential = tenant_credential;
  return { input };
}

const NO_REQUEST: Readonly<Record<string, Json>> = Object.freeze({});
/** The echo of what isn't an object at all. */
const NO_ECHO: RequestEcho = echoOf({});

function echoOf(value: Readonly<Record<string, unknown>>): RequestEcho {
  const text = (member: unknown): string => (typeof member === "string" ? member.toWellFormed() : "");
  return {
    capability_id: text(value["capability_id"]),
    env: text(value["env"]) as Env,
    data_label: text(value["data_label"]) as DataLabel,
    tenant_risk: text(value["tenant_risk"]) as TenantRisk,
    qos_class: text(value["qos_class"]) as QosClass,
    tenant_id: text(value["tenant_id"]),
    correlation_id: text(value["correlation_id"]),
    dry_run: value["dry_run"] === true,
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A lone surrogate has no canonical text, so no decision could be recorded with it. */
function isText(value: unknown): value is string {
  return typeof value === "string" && value.isWellFormed();
}

function isOneOf(words: readonly string[], value: unknown): boolean {
  return typeof value === "string" && words.includes(value);
}

/** An integer of 0 to 100; a boolean isn't one (S003). */
function isScore(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 100;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/**
 * The canonical text of a parsed RouteInput: what `canonicalJson` gives, written straight since the members, their
 * order and most of their alphabets are fixed. Throws CanonicalError as that does.
 */
export function routeInputText(input: RouteInput): string {
  const { blast_radius, blast_score, privilege_context, tenant_credential } = input;
  let text = "{";
  if (blast_radius !== undefined) text += `"blast_radius":${canonicalJson(blast_radius)},`;
  if (blast_score !== undefined) text += `"blast_score":${JSON.stringify(blast_score)},`;
  text += `"capability_id":${JSON.stringify(input.capability_id)}`;
  text += `,"correlation_id":${JSON.stringify(input.correlation_id)}`;
  text += `,"data_label":"${input.data_label}","dry_run":${input.dry_run},"env":"${input.env}"`;
  if (privilege_context !== undefined) text += `,"privilege_context":${canonicalJson(privilege_context)}`;
  text += `,"qos_class":"${input.qos_class}","request":${canonicalJson(input.request)}`;
  if (tenant_credential !== undefined) text += `,"tenant_credential":${JSON.stringify(tenant_credential)}`;
  return `${text},"tenant_id":${JSON.stringify(input.tenant_id)},"tenant_risk":"${input.tenant_risk}"}`;
}
