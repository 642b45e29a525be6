import { compareSurfaces } from "./compareSurfaces.js";
import { hostFunction } from "./drivers/function.js";
import { guardOn } from "./drivers/gate.js";
import { middlewareForeign } from "./drivers/langchainMiddleware.js";
import { vercelAiForeign } from "./drivers/vercelAi.js";
import { GUARDED_SCENARIOS } from "./scenarios.js";

/** The table for tools whose code the host holds. */
const SURFACES = [guardOn("disk"), hostFunction, middlewareForeign, ...vercelAiForeign];
await compareSurfaces(guardOn("memory"), SURFACES, GUARDED_SCENARIOS);
