import { generateKeyPairSync, sign } from "node:crypto";
import type { Gate, InvokeOptions, LocalHall, Principal } from "../hall/types.js";
import type { HoldAnswer, HoldQuestion } from "../protocol/outcome.js";

/** What a scripted person says to a hold. */
export type TestAnswer = "approve" | "deny" | "later";

/** Says it, looking at what is asked. */
export type TestApprovals = (question: HoldQuestion) => TestAnswer | Promise<TestAnswer>;

/** How many people may be needed for one yes. */
const PEOPLE = 5;

/** People whose keys live as long as the test: each votes with a real signature. */
export function testApprovers(): readonly Principal[] {
  return Array.from({ length: PEOPLE }, (_, i) => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
    return {
      id: `test-approver-${i + 1}`,
      key: `ed25519:${raw.toString("hex")}`,
      sign: async (bytes) => new Uint8Array(sign(null, bytes, privateKey)),
    };
  });
}

/** As many of them as a hold needs sign; one no is enough. Throws ApprovalError where there is nothing to answer. */
export async function vote(
  hall: LocalHall,
  approvers: readonly Principal[],
  approval_id: string,
  verdict: "approve" | "deny",
): Promise<void> {
  for (const principal of approvers) {
    const { state } = await hall.approver(principal).vote(approval_id, verdict, "a test's answer");
    if (state !== "pending") return;
  }
}

/**
 * A gate whose holds are answered by a script, unless a call brings an `onHold` of its own. The answers go the way that
 * every answer goes, so a script gets nothing that the rule wouldn't give. What a script throws, the call throws.
 */
export function answeredBy(gate: Gate, ask: (question: HoldQuestion) => Promise<HoldAnswer>): Gate {
  const asking = async <T>(
    options: InvokeOptions | undefined,
    call: (options: InvokeOptions) => Promise<T>,
  ) => {
    let failure: { readonly thrown: unknown } | undefined;
    const onHold = (question: HoldQuestion) =>
      ask(question).catch((thrown: unknown): HoldAnswer => {
        failure = { thrown };
        return "later";
      });
    const outcome = await call({ onHold, ...options });
    if (failure !== undefined) throw failure.thrown;
    return outcome;
  };
  return Object.freeze({
    tools: gate.tools,
    invoke: (tool, args, options) => asking(options, (asked) => gate.invoke(tool, args, asked)),
    guard: (call, run) => asking(call.options, (options) => gate.guard({ ...call, options }, run)),
    through: (adapter, surface) => answeredBy(gate.through(adapter, surface), ask),
    onToolsChanged: gate.onToolsChanged,
  } satisfies Gate);
}

/** A script as a surface's way to ask: it confirms where that suffices, and signs where it doesn't. */
export function asked(
  script: TestApprovals,
  sign: (approval_id: string, verdict: "approve" | "deny") => Promise<void>,
): (question: HoldQuestion) => Promise<HoldAnswer> {
  return async (question) => {
    const answer = await script(question);
    if (answer === "later") return "later";
    if (answer !== "approve" && answer !== "deny")
      throw new TypeError(`approvals: expected "approve", "deny" or "later", not ${JSON.stringify(answer)}`);
    if (question.mode === "confirm") return answer === "approve" ? "confirmed" : "declined";
    await sign(question.approval_id, answer);
    return "look_again";
  };
}
