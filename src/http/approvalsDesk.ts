import type { Approver, Voter } from "../hall/approver.js";
import type { Principal } from "../hall/types.js";
import type { Clock } from "../protocol/clock.js";
import type { ChannelConfig } from "../protocol/config.js";

/** What `hall approvals serve` stands on: who may answer through what. Nothing in it runs a tool. */
export type ApprovalDesk = {
  /** The Hall's approvals as one who answers. */
  readonly approver: (principal: Voter) => Approver;
  /** The channels of the policy in force, at each request anew. */
  readonly channels: () => readonly ChannelConfig[];
  /** The channel's own signer, if its key was given. */
  readonly signerOf: (channel: ChannelConfig) => Pick<Principal, "key" | "sign"> | undefined;
  /** A variable of the environment, for shared secrets and secret URLs. */
  readonly secret: (name: string) => string | undefined;
  /** Who answers on the page; null when no approver's key was given. */
  readonly person: () => Voter | null;
  readonly clock: Clock;
  /** Random bytes, for the one-time tokens of answers. */
  readonly random: (bytes: number) => Uint8Array;
  /** A line for the terminal that serves: here the one-time tokens appear, and what couldn't be sent. */
  readonly say: (line: string) => void;
  readonly fetch: typeof fetch;
};

/** An approver who only looks. */
export function readerOf(desk: Pick<ApprovalDesk, "approver">): Approver {
  return desk.approver({
    id: "reader",
    key: `ed25519:${"0".repeat(64)}`, // nobody's
    sign: async () => {
      throw new TypeError("a reader signs nothing");
    },
  });
}
