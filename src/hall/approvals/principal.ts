import type { Principal } from "../types.js";

const KEY = /^ed25519:[0-9a-f]{64}$/;

/**
 * What a program hands in as a principal, or a TypeError that names what is missing: an id alone or a path would else
 * be refused only at the first answer, as somebody whom nobody knows.
 */
export function checkPrincipal<T extends Principal>(principal: T): T {
  const { id, key, sign }: Partial<Record<keyof Principal, unknown>> = Object(principal);
  const wrong = [
    ...(typeof id === "string" && id !== "" ? [] : ["id (a name)"]),
    ...(typeof key === "string" && KEY.test(key) ? [] : ["key (ed25519: and 64 hex digits)"]),
    ...(typeof sign === "function" ? [] : ["sign (an async function)"]),
  ];
  if (wrong.length === 0) return principal;
  throw new TypeError(
    `principal: expected { id, key, sign }, as principalFromFile("alice", "alice.pem") gives; wrong or missing: ${wrong.join(", ")}`,
  );
}
