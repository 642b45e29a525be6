import { type Json, type JsonObject, sha256Hex } from "../protocol/canonical.js";
import { type ApprovalNeed, approvalNeedFrom } from "../protocol/rule.js";
import {
  GATEKEEPER,
  INCIDENT_COMMANDER,
  isSupervisorLevel,
  type SupervisorLevel,
} from "../protocol/supervisor.js";
import {
  type Check,
  expectMembers,
  isHash,
  isKey,
  isObject,
  isText,
  type Members,
  oneOf,
  orNull,
  RecordError,
} from "./members.js";
import { MAX_DOCUMENT_BYTES, readCanonical } from "./record.js";

/** Everything that the engine decides by, in one document (formats.md, policy_digest). `catalogue` is H of its document. */
export type PolicyDocument = {
  readonly v: 1;
  readonly config: JsonObject;
  readonly rules: Json;
  readonly profile: JsonObject | null;
  readonly tables: JsonObject;
  readonly catalogue: string | null;
};

/** One way to vote: as whom, with which key, weighing what. `via` names the channel and its user; null is in person. */
export type PolicyApprover = {
  readonly id: string;
  readonly key: string;
  readonly level: SupervisorLevel;
  readonly via: string | null;
};

/** Whose certificates count, and for which namespaces, compared as whole text. */
export type PolicyPublisher = { readonly key: string; readonly namespaces: readonly string[] };

const isJsonObject: Check<JsonObject> = (value): value is JsonObject => isObject(value);
const isRules: Check<Json> = (value): value is Json => isObject(value) || Array.isArray(value);

const POLICY: Members<PolicyDocument> = {
  v: oneOf([1]),
  config: isJsonObject,
  rules: isRules,
  profile: orNull(isJsonObject),
  tables: isJsonObject,
  catalogue: orNull(isHash),
};

/** The name of a policy: H("wcp-hall/policy/1\n" document). Not the document's key in `documents`, which is H(bytes). */
export function policyDigest(documentBytes: Uint8Array): string {
  return sha256Hex("wcp-hall/policy/1\n", documentBytes);
}

/** Reads a policy document: canonical, exactly its members. Throws RecordError. */
export function parsePolicy(bytes: Uint8Array): PolicyDocument {
  if (bytes.length > MAX_DOCUMENT_BYTES)
    throw new RecordError(`policy: more than ${MAX_DOCUMENT_BYTES} bytes`);
  return expectMembers("policy", readCanonical("policy", bytes), POLICY, true);
}

/**
 * Who may vote under a policy, and how: config.approvers; in env dev also each operator key in force, as `operator`
 * (formats.md, Holds and grants), unless config lists that key under another name: one key is one approver; and the
 * people whom config.channels map to approvers, with the channel's key.
 * Entries that aren't well formed, or whose key has another role, give nobody a vote.
 */
export function approversOf(
  policy: PolicyDocument,
  operatorKeys: readonly string[],
): readonly PolicyApprover[] {
  const { config } = policy;
  const isDev = config["env"] === "dev";
  const publishers = publishersOf(policy).map(({ key }) => key);
  const taken = new Set([...publishers, ...(isDev ? [] : operatorKeys)]);
  const listed = entries(config["approvers"]).flatMap(({ id, key, level = GATEKEEPER }) =>
    isText(id) && isKey(key) && isSupervisorLevel(level) && !taken.has(key)
      ? [{ id, key, level, via: null }]
      : [],
  );
  const others = operatorKeys.filter((key) => isDev && listed.every((approver) => approver.key !== key));
  const operators = others.map((key) => ({ id: "operator", key, level: INCIDENT_COMMANDER, via: null }));
  const inPerson = [...listed, ...operators];
  for (const key of [...operatorKeys, ...inPerson.map((approver) => approver.key)]) taken.add(key);
  return [...inPerson, ...throughChannels(config["channels"], inPerson, taken)];
}

/** Whoever is an approver in person weighs the same through a channel; others what the channel says. */
function throughChannels(
  channels: Json | undefined,
  inPerson: readonly PolicyApprover[],
  taken: ReadonlySet<string>,
): readonly PolicyApprover[] {
  return entries(channels).flatMap(({ id: channel, key, level = GATEKEEPER, subjects }) => {
    if (!isText(channel) || !isKey(key) || taken.has(key)) return [];
    if (!isSupervisorLevel(level) || !isObject(subjects)) return [];
    return Object.entries(subjects).flatMap(([subject, id]) => {
      const known = inPerson.find((approver) => approver.id === id);
      return isText(id) ? [{ id, key, level: known?.level ?? level, via: `${channel}/${subject}` }] : [];
    });
  });
}

/** The publishers that a policy names in config.publishers. Entries that aren't {key, namespaces} are nobody. */
export function publishersOf(policy: PolicyDocument): readonly PolicyPublisher[] {
  return entries(policy.config["publishers"]).flatMap(({ key, namespaces }) =>
    isKey(key) && Array.isArray(namespaces) ? [{ key, namespaces: namespaces.filter(isText) }] : [],
  );
}

/**
 * The yes that holds of a rule need, by the `approval` and `supervisor_level` of the rule's `decision.escalation`. Undefined when the policy has no
 * such rule, or it asks for nothing that can be read.
 */
export function approvalNeedOf({ rules }: PolicyDocument, rule_id: string): ApprovalNeed | undefined {
  const list = isObject(rules) ? (rules["rules"] as Json | undefined) : rules;
  const rule = entries(list).find((entry) => entry["rule_id"] === rule_id);
  if (rule === undefined) return undefined;
  const { decision } = rule;
  const escalation = isObject(decision) ? decision["escalation"] : undefined;
  return approvalNeedFrom(isObject(escalation) ? escalation : {});
}

function entries(list: Json | undefined): readonly Record<string, unknown>[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}
