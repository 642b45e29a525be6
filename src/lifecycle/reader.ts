import type { Principal } from "../hall/types.js";

/** Whoever only looks needs no key. */
export const READER: Principal = {
  id: "reader",
  key: `ed25519:${"0".repeat(64)}`, // nobody's
  sign: async () => {
    throw new TypeError("a reader signs nothing");
  },
};
