import { createHash, timingSafeEqual } from "node:crypto";
import type { ApprovalDesk } from "./approvalsDesk.js";

/**
 * Lets the person at the serving terminal, and nobody else, answer in a browser. Each answer takes a token of its own,
 * and the browser is given nothing to keep: it would send a cookie to every program that listens on another port of
 * this host name.
 */
export type Door = {
  /** Says a fresh token on the terminal; the one before is worth nothing any more. */
  announce(): void;
  /** Whether this is the token of the terminal. It is used up by that, and the next one is said. */
  opens(token: string): boolean;
};

/** A door whose token lives in this process alone. `where` is the address that it is for. */
export function openDoor({ random, say }: Pick<ApprovalDesk, "random" | "say">, where: string): Door {
  /** Its hash only: comparing that tells nothing of what was compared. */
  let token: Buffer | undefined;

  function announce(): void {
    const text = Buffer.from(random(32)).toString("base64url");
    token = hash(text);
    say(`To answer one call in a browser, at ${where}, give this one-time token with your answer: ${text}`);
  }
  return {
    announce,
    opens(text) {
      if (token === undefined || !timingSafeEqual(hash(text), token)) return false;
      announce();
      return true;
    },
  };
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
