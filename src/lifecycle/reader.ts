import type { Principal } from "../hall/types.js";

/** Whoever only looks needs no key. */
export const READER: Principal = {
  id: "reader",
  key: "",
  sign: async () => {
    throw new TypeError("a reader signs nothing");
  },
};
