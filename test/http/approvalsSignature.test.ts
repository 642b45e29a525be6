import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { isFromSlack, signedHeaders } from "../../src/http/approvalsSignature.js";

// The example of Slack's own documentation, "Verifying requests from Slack".
const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
const BODY = Buffer.from(
  "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
);
const HEADERS = {
  signature: "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
  timestamp: "1531420618",
};
const NOW = 1_531_420_618_000;

test("the example of Slack's documentation holds", () => {
  expect(isFromSlack(BODY, HEADERS, SECRET, NOW)).toBe(true);
});

describe("nothing else does", () => {
  const resigned = createHmac("sha256", "other")
    .update(`v0:${HEADERS.timestamp}:`)
    .update(BODY)
    .digest("hex");
  const cases: readonly [string, Uint8Array, Partial<typeof HEADERS>, string, number][] = [
    ["one byte more", Buffer.concat([BODY, Buffer.from("&")]), {}, SECRET, NOW],
    ["another secret", BODY, { signature: `v0=${resigned}` }, SECRET, NOW],
    ["no secret", BODY, {}, "", NOW],
    ["another time", BODY, { timestamp: "1531420619" }, SECRET, NOW],
    ["a time that reads the same", BODY, { timestamp: "01531420618" }, SECRET, NOW],
    ["a time in words", BODY, { timestamp: "now" }, SECRET, NOW],
    ["another version", BODY, { signature: HEADERS.signature.replace("v0", "v1") }, SECRET, NOW],
    ["capitals", BODY, { signature: HEADERS.signature.toUpperCase() }, SECRET, NOW],
    ["a second signature", BODY, { signature: `${HEADERS.signature}, v0=00` }, SECRET, NOW],
    ["a cut signature", BODY, { signature: HEADERS.signature.slice(0, -2) }, SECRET, NOW],
    ["five minutes and a second later", BODY, {}, SECRET, NOW + 301_000],
    ["five minutes and a second before", BODY, {}, SECRET, NOW - 301_000],
  ];
  test.each(cases)("%s", (_, body, changes, secret, now) => {
    expect(isFromSlack(body, { ...HEADERS, ...changes }, secret, now)).toBe(false);
  });
  test("no headers", () => {
    const none = { signature: undefined, timestamp: undefined };
    expect(isFromSlack(BODY, none, SECRET, NOW)).toBe(false);
  });
});

test("what the Hall signs can't come back as Slack's", () => {
  const headers = signedHeaders(BODY, SECRET, NOW);
  expect(headers["x-hall-signature"]).toMatch(/^v1=[0-9a-f]{64}$/);
  const timestamp = headers["x-hall-timestamp"];
  const signature = headers["x-hall-signature"].replace("v1", "v0");
  expect(isFromSlack(BODY, { signature, timestamp }, SECRET, NOW)).toBe(false);
});
