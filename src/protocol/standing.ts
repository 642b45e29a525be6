/** Whether something may still run. Everything but `active` denies. */
export type StandingState = "active" | "revoked" | "banned" | "degraded" | "unknown";

/** The platforms for which a skill can be degraded on its own (formats.md, command grammar). */
export const ADAPTERS = ["mcp", "langchain", "vercel-ai", "openai"] as const;
export type Adapter = (typeof ADAPTERS)[number] | "cli" | "function" | "http";

/** How far an order reaches (S002, kill switch). */
export type StandingScope = "org" | "global";
