import { test } from "vitest";
import { hostFunction } from "./drivers/function.js";
import { guardOn } from "./drivers/gate.js";
import { middlewareForeign } from "./drivers/langchainMiddleware.js";
import { expressRoutes, guardForRoutes, honoRoutes } from "./drivers/routes.js";
import { vercelAiForeign } from "./drivers/vercelAi.js";
import { playRandomly } from "./playRandomly.js";
import { HOST_RANDOM, type Step } from "./randomSteps.js";

const host = { cast: HOST_RANDOM, subject: "skill:org.acme/host" };
const FUNCTIONS = [guardOn("memory"), hostFunction, middlewareForeign, ...vercelAiForeign];
const ROUTES = [guardForRoutes, honoRoutes, expressRoutes];

test("random calls of the host's tools come to the same on every surface", { timeout: 600_000 }, () =>
  playRandomly(FUNCTIONS, host),
);

test("random requests come to the same on every framework's routes", { timeout: 600_000 }, () =>
  playRandomly(ROUTES, host, takenByAll),
);

/** A route takes any body, so one that a framework's parser refuses would be held on the other routes alone. */
function takenByAll(step: Step): Step | undefined {
  const ask = { ...step, correlationId: "" };
  const isRefused = ask.do === "call" && ROUTES.some(({ cannotCall }) => cannotCall?.(ask) !== undefined);
  return isRefused ? undefined : step;
}
