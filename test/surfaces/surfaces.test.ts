import { compareSurfaces } from "./compareSurfaces.js";
import { gateOn } from "./drivers/gate.js";
import { middlewareOwn } from "./drivers/langchainMiddleware.js";
import { langchainTools } from "./drivers/langchainTools.js";
import { mcp } from "./drivers/mcp.js";
import { openai } from "./drivers/openai.js";
import { vercelAiOwn } from "./drivers/vercelAi.js";
import { OWN_SCENARIOS } from "./scenarios.js";

/** The table for tools of skills. */
const SURFACES = [gateOn("disk"), mcp, openai, langchainTools, middlewareOwn, ...vercelAiOwn];
await compareSurfaces(gateOn("memory"), SURFACES, OWN_SCENARIOS);
