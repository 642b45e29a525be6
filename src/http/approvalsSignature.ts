import { createHmac, timingSafeEqual } from "node:crypto";

/** How old a signed message may be, and how far ahead of this clock, in seconds. */
const TOLERANCE = 300;

/** The two headers that Slack signs a request with. */
export type SlackHeaders = {
  readonly signature: string | undefined;
  readonly timestamp: string | undefined;
};

/**
 * Whether Slack's signature over these raw bytes holds at `now` (milliseconds): `v0=` and HMAC-SHA256 of
 * `v0:<timestamp>:<body>` under the shared secret, at most five minutes old. The comparison takes the same time
 * whatever is wrong. (Slack, "Verifying requests from Slack")
 */
export function isFromSlack(
  body: Uint8Array,
  { signature, timestamp }: SlackHeaders,
  secret: string,
  now: number,
): boolean {
  if (secret === "" || timestamp === undefined || !/^[1-9][0-9]{0,14}$/.test(timestamp)) return false;
  if (signature === undefined || !/^v0=[0-9a-f]{64}$/.test(signature)) return false;
  const isFresh = Math.abs(now / 1000 - Number(timestamp)) <= TOLERANCE;
  const wanted = Buffer.from(signatureOf("v0", timestamp, body, secret));
  return timingSafeEqual(wanted, Buffer.from(signature)) && isFresh;
}

/**
 * The headers of a message that the Hall sends: X-Hall-Timestamp (seconds) and X-Hall-Signature, `v1=` and
 * HMAC-SHA256 of `v1:<timestamp>:<body>`. The version is not Slack's, so none of them can come back as an answer.
 */
export function signedHeaders(
  body: Uint8Array,
  secret: string,
  now: number,
): Readonly<Record<"x-hall-timestamp" | "x-hall-signature", string>> {
  const timestamp = String(Math.floor(now / 1000));
  return {
    "x-hall-timestamp": timestamp,
    "x-hall-signature": signatureOf("v1", timestamp, body, secret),
  };
}

function signatureOf(version: "v0" | "v1", timestamp: string, body: Uint8Array, secret: string): string {
  const mac = createHmac("sha256", secret).update(`${version}:${timestamp}:`).update(body);
  return `${version}=${mac.digest("hex")}`;
}
