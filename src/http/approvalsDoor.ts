import { createHash, timingSafeEqual } from "node:crypto";
import type { ApprovalDesk } from "./approvalsDesk.js";

/** How long an approver stays logged in, and how many may be at once. */
const SESSION_MS = 60 * 60_000;
const MAX_SESSIONS = 20;

/** Lets the person at the serving terminal, and nobody else, answer in a browser. */
export type Door = {
  /** Says a fresh login token on the terminal; the one before is worth nothing any more. */
  announce(): void;
  /** A session for the token of the terminal, which is used up by it; undefined for any other text. */
  login(token: string): string | undefined;
  isOpen(session: string | undefined): boolean;
  logout(session: string | undefined): void;
};

/** How long a session lives, in seconds, for its cookie. */
export const SESSION_SECONDS = SESSION_MS / 1000;

/** A door whose token and sessions live in this process alone. `where` is the address of the login page. */
export function openDoor(desk: Pick<ApprovalDesk, "clock" | "random" | "say">, where: string): Door {
  const { clock, random, say } = desk;
  /** Hashes only, and by hash: comparing them tells nothing of what was compared. */
  const sessions = new Map<string, number>();
  let token: Buffer | undefined;

  const fresh = () => Buffer.from(random(32)).toString("base64url");
  function announce(): void {
    const text = fresh();
    token = hash(text);
    say(`To answer in a browser, log in at ${where} with this one-time token: ${text}`);
  }
  return {
    announce,
    login(text) {
      if (token === undefined || !timingSafeEqual(hash(text), token)) return undefined;
      announce();
      const now = clock();
      for (const [name, until] of sessions) if (until <= now) sessions.delete(name);
      const [oldest] = sessions.keys();
      if (sessions.size >= MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest);
      const session = fresh();
      sessions.set(hash(session).toString("hex"), now + SESSION_MS);
      return session;
    },
    isOpen(session) {
      if (session === undefined) return false;
      return (sessions.get(hash(session).toString("hex")) ?? 0) > clock();
    },
    logout(session) {
      if (session !== undefined) sessions.delete(hash(session).toString("hex"));
    },
  };
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
