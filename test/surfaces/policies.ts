import type { PolicyDocument } from "../../src/evidence/policy.js";
import { foreignDefinition } from "../../src/protocol/foreign.js";
import { policyOf, ruleFor } from "../hall/memoryHall.js";

const held = (approval: "confirm" | "approve") => ({ human_required_default: true, approval });

function rules(writing: "confirm" | "approve") {
  return [
    ruleFor("rr_notes_search_dev_001", "cap.doc.search", "wrk.doc.searcher"),
    ruleFor("rr_notes_write_dev_001", "cap.doc.write", "wrk.doc.searcher", held(writing)),
    ruleFor("rr_test_dev_001", "cap.test.misbehave", "wrk.test.unruly"),
    ruleFor("rr_mail_dev_001", "cap.mail.send", "wrk.host.tool"),
    ruleFor("rr_money_dev_001", "cap.money.move", "wrk.host.tool", held(writing)),
  ];
}

/** A tool of the host's as an operator accepted it, so that a stranger of its name is told from it. */
const ACCEPTED_MAIL = foreignDefinition({
  name: "accepted_mail",
  description: "Send a mail.",
  input_schema: { type: "object", properties: { to: { type: "string" } }, required: ["to"] },
});

const tools = [
  { origin: "host", capability: "cap.mail.send", definition: ACCEPTED_MAIL, accept: "exact" as const },
];

/** The policies that scenarios play under. */
export const POLICIES = {
  /** Writing waits for the asking program's yes. */
  confirm: policyOf(rules("confirm"), { tools }),
  /** Writing waits for an approver. */
  approve: policyOf(rules("approve"), { tools }),
  /** The same rules, which are about dev, in another environment. */
  stage: policyOf(rules("confirm"), { env: "stage", tools }),
  /** Nobody is trusted to certify for the skills' namespace. */
  untrusting: policyOf(rules("confirm"), {
    namespace: "org.other",
    namespaces: { local: ["org.acme", "org.other"] },
    tools,
  }),
  /** The skills' namespace isn't the tenant's. */
  narrow: policyOf(rules("confirm"), { namespaces: { local: ["org.other"] }, tools }),
  /** A rule lists a worker that isn't the tool's. */
  workerless: policyOf(
    [
      ruleFor("rr_notes_search_dev_001", "cap.doc.search", "wrk.doc.other"),
      ruleFor("rr_mail_dev_001", "cap.mail.send", "wrk.doc.other"),
    ],
    { tools },
  ),
  /** Controls that are missing here. */
  strict: policyOf(
    rules("confirm").map((rule) => ({
      ...rule,
      decision: {
        ...rule.decision,
        required_controls_suggested: ["ctrl.net.egress-allowlist"],
      },
    })),
    { tools },
  ),
} satisfies Record<string, PolicyDocument>;

export type PolicyName = keyof typeof POLICIES;
