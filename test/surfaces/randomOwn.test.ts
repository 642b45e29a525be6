import { test } from "vitest";
import { cli } from "./drivers/cli.js";
import { gateOn } from "./drivers/gate.js";
import { middlewareOwn } from "./drivers/langchainMiddleware.js";
import { langchainTools } from "./drivers/langchainTools.js";
import { mcp } from "./drivers/mcp.js";
import { openai } from "./drivers/openai.js";
import { vercelAiOwn } from "./drivers/vercelAi.js";
import { N, playRandomly } from "./playRandomly.js";
import { OWN_RANDOM, type Step } from "./randomSteps.js";

const notes = { cast: OWN_RANDOM, subject: "skill:org.acme/notes" };
const SURFACES = [gateOn("memory"), mcp, openai, langchainTools, middlewareOwn, ...vercelAiOwn];

test("random calls of skills' tools come to the same on every surface", { timeout: 600_000 }, () =>
  playRandomly(SURFACES, notes),
);

/** A process for each call is slow, so a hundredth of the calls goes through the terminal; at least a few. */
test("random calls come to the same on the terminal", { timeout: 600_000 }, () => {
  // One OS user, nobody to ask, the machine's own clock: what is left are calls.
  const asCalls = (step: Step): Step | undefined =>
    step.do === "call" ? { ...step, person: "ann", answer: undefined } : undefined;
  return playRandomly([gateOn("memory"), cli], { ...notes, n: Math.max(5, Math.ceil(N / 100)) }, asCalls);
});
