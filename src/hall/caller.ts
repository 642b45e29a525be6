import type { HomeConfig } from "../protocol/config.js";
import { DATA_LABELS, ENVS, QOS_CLASSES, TENANT_RISKS } from "../protocol/request.js";
import { ADAPTERS, type Adapter } from "../protocol/standing.js";
import type { Caller } from "./types.js";

/** The part of a caller that the surface itself knows. */
export type Session = {
  readonly agent: string;
  readonly adapter: Adapter;
  readonly surface: string;
  readonly session_id: string;
};

/** The caller of a home's own surfaces (stdio, CLI): tenant, env, label, risk and QoS come from the policy in force. */
export function callerOf(config: Pick<HomeConfig, "env" | "tenant" | "caller">, session: Session): Caller {
  const { agent, adapter, surface, session_id } = session;
  return {
    tenant_id: config.tenant,
    agent: agent.toWellFormed().slice(0, 200),
    adapter,
    surface,
    session_id,
    env: config.env,
    data_label: config.caller.data_label,
    tenant_risk: config.caller.tenant_risk,
    qos_class: config.caller.qos_class,
  };
}

/** As whom a call is recorded when it can't even be told who makes it; it is denied. */
export const NOBODY: Caller = {
  tenant_id: "nobody",
  agent: "nobody",
  adapter: "cli",
  surface: "unknown",
  session_id: "unknown",
  env: "dev",
  data_label: "PUBLIC",
  tenant_risk: "low",
  qos_class: "P2",
};

const TEXTS = ["tenant_id", "agent", "surface", "session_id"] as const;
const WORDS = {
  adapter: [...ADAPTERS, "cli", "function", "http"],
  env: ENVS,
  data_label: DATA_LABELS,
  tenant_risk: TENANT_RISKS,
  qos_class: QOS_CLASSES,
} as const;

/** A caller whose every member is what it must be. Throws TypeError naming all that aren't, at once. */
export function checkCaller(caller: Caller): Caller {
  const given: Readonly<Record<string, unknown>> = Object.assign({}, caller);
  const texts = TEXTS.filter((name) => typeof given[name] !== "string" || given[name] === "").map(
    (name) => `${name}: expected a text`,
  );
  const words = Object.entries(WORDS)
    .filter(([name, known]) => !(known as readonly unknown[]).includes(given[name]))
    .map(([name, known]) => `${name}: expected one of ${known.join(", ")}`);
  const problems = [...texts, ...words];
  if (problems.length > 0) throw new TypeError(`not a caller: ${problems.join("; ")}`);
  return caller;
}
