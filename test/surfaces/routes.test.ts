import { compareSurfaces } from "./compareSurfaces.js";
import { expressRoutes, guardForRoutes, honoRoutes } from "./drivers/routes.js";
import { ROUTE_SCENARIOS } from "./scenarios.js";

/** The table for routes, whose definition is that of a request. */
await compareSurfaces(guardForRoutes, [honoRoutes, expressRoutes], ROUTE_SCENARIOS);
