import type { HomeConfig } from "../protocol/config.js";
import type { Adapter } from "../protocol/standing.js";
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
    ...config.caller,
  };
}
