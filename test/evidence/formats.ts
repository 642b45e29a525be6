import { readFileSync } from "node:fs";
import { signerFromSeed } from "../../src/evidence/ed25519.js";

const text = readFileSync(new URL("../golden/formats.md", import.meta.url), "utf8");

/** The text in backticks right after `label` in the numbered part of the shared vectors (0 = what stands before part 1). */
export function vector(part: number, label: string): string {
  const parts = text.split(/^\*\*\d+\. /m);
  const found = parts[part]?.split(label)[1]?.match(/^[^`]*?`([^`]+)`/)?.[1];
  if (found === undefined) throw new Error(`no vector ${JSON.stringify(label)} in part ${part}`);
  return found;
}

export const LEDGER = signerFromSeed(Buffer.alloc(32, 1));
export const OPERATOR = signerFromSeed(Buffer.alloc(32, 2));
export const PUBLISHER = signerFromSeed(Buffer.alloc(32, 3));
export const APPROVER = signerFromSeed(Buffer.alloc(32, 4));

export const utf8 = (value: string): Uint8Array => Buffer.from(value, "utf8");
export const fromHexText = (value: string): Uint8Array => Buffer.from(value, "hex");
export const fill = (byte: number): Uint8Array => Buffer.alloc(32, byte);
