import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { makeDecision } from "../../src/decide/makeDecision.js";
import type { RouteDecision } from "../../src/protocol/decision.js";
import { questionOf, type Vector } from "../decide/registry.js";

const vectors = JSON.parse(
  readFileSync(new URL("./shared-decisions.json", import.meta.url), "utf8"),
) as readonly Vector[];

/** The decision, seen through the keys that a vector compares. */
function seen(decision: RouteDecision): Record<string, unknown> {
  const reason = decision.deny_reason_if_denied;
  const events = decision.telemetry_envelopes;
  const scored = events.find((event) => event["event_id"] === "evt.gov.blast_scored");
  return {
    denied: decision.denied,
    deny_code: reason?.code ?? null,
    matched_rule_id: decision.matched_rule_id,
    selected_worker_species_id: decision.selected_worker_species_id,
    required_controls_effective: decision.required_controls_effective,
    skip_reasons: decision.candidate_workers_ranked.map((candidate) => candidate.skip_reason),
    blast_score: reason?.["blast_score"] ?? scored?.["blast_score"] ?? null,
    event_ids_on_allow: decision.denied ? null : events.map((event) => event["event_id"]),
    worker_attestation_checked: decision.worker_attestation_checked,
    worker_attestation_valid: decision.worker_attestation_valid,
    dry_run: decision.dry_run,
    missing: reason?.["missing"],
  };
}

describe("the golden decisions", () => {
  test("are all there", () => expect(vectors).toHaveLength(400));

  test.each(vectors)("$id", (vector) => {
    const found = seen(makeDecision(questionOf(vector)));
    const compared = Object.fromEntries(Object.keys(vector.expect).map((key) => [key, found[key]]));
    expect(compared).toEqual(vector.expect);
  });
});
