import { compareSurfaces } from "./compareSurfaces.js";
import { cli } from "./drivers/cli.js";
import { gateOn } from "./drivers/gate.js";
import { mcpProcess } from "./drivers/mcpProcess.js";
import { OWN_SCENARIOS } from "./scenarios.js";

/** The table for tools of skills, as the built command plays it. */
await compareSurfaces(gateOn("memory"), [mcpProcess, cli], OWN_SCENARIOS);
