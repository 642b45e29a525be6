import { resolve } from "node:path";
import { loadKeyFile } from "../attest/keys.js";
import type { Signer } from "../evidence/ed25519.js";
import type { Voter } from "../hall/approver.js";
import { principalOf } from "../hall/open.js";
import { approversInForce } from "../hall/sources.js";
import { loadKey } from "../hall/state.js";
import type { ChannelConfig } from "../protocol/config.js";
import { LifecycleError } from "./error.js";
import { personalKey } from "./operator.js";
import { inForce, ledgerOf, type OpenHome, type Workshop } from "./workshop.js";

/**
 * The approver whom the policy in force knows by a key; a key in the state directory is one in env dev alone. `id`
 * insists on who that is. Throws LifecycleError NOT_APPLIED, KEY, NOT_AN_APPROVER.
 */
export function approverHere(
  ws: Workshop,
  parts: OpenHome,
  { keyFile, id }: { readonly keyFile?: string | undefined; readonly id?: string | undefined } = {},
): Voter {
  ledgerOf(parts);
  const signer = personalKey(ws, parts, keyFile);
  const voter = personOf(parts, signer);
  if (voter !== undefined && (id === undefined || voter.id === id)) return voter;
  throw new LifecycleError(
    "NOT_AN_APPROVER",
    voter === undefined
      ? `${signer.key} is no approver's key under the policy in force.`
      : `${signer.key} is the key of ${voter.id} under the policy in force.`,
    `Sign with an approver's key: --key FILE. To make this one an approver's, add {"id": NAME, "key": "${signer.key}"} to approvers in config.json and run: hall apply`,
  );
}

/** The keys that an approval server signs with: of one approver in person, and of channels. */
export type ServedKeys = {
  /** Who answers on the page, as the policy in force has it now; null without an approver's key. */
  readonly person: () => Voter | null;
  readonly signerOf: (channel: ChannelConfig) => Pick<Voter, "key" | "sign"> | undefined;
  readonly channels: () => readonly ChannelConfig[];
};

/**
 * Reads the keys of an approval server, and in env dev the operator's of the state directory beside them. Throws
 * LifecycleError NOT_APPLIED, NOT_AN_APPROVER for a key that the policy in force doesn't know, and KeyError.
 */
export function servedKeys(ws: Workshop, parts: OpenHome, keyFiles: readonly string[]): ServedKeys {
  const { policy } = inForce(parts);
  const given = keyFiles.map((file) => loadKeyFile(resolve(ws.cwd, file)));
  const channels = () => parts.policy()?.config.channels ?? [];
  for (const { key } of given) {
    if (approversInForce(ledgerOf(parts)).some((approver) => approver.key === key)) continue;
    throw new LifecycleError(
      "NOT_AN_APPROVER",
      `${key} is neither an approver's nor a channel's key under the policy in force.`,
      "Give the keys that config.json names under approvers and channels.",
    );
  }
  const own = policy.config.env === "dev" ? loadKey(parts.home, "operator") : undefined;
  const signers = own === undefined ? given : [...given, own];
  return {
    person: () =>
      signers.map((signer) => personOf(parts, signer)).find((voter) => voter !== undefined) ?? null,
    signerOf({ key }) {
      const signer = given.find((one) => one.key === key);
      return signer && { key, sign: async (bytes) => signer.sign(bytes) };
    },
    channels,
  };
}

function personOf(parts: OpenHome, signer: Signer): Voter | undefined {
  const approvers = approversInForce(ledgerOf(parts));
  const approver = approvers.find(({ key, via }) => key === signer.key && via === null);
  return approver && principalOf(approver.id, signer);
}
