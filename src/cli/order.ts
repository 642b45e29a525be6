import { needed, option } from "./verb.js";

/** What every order of an operator takes. */
export const ORDER_OPTIONS = [
  needed("--reason <text>", "why, for the record and for whoever asks"),
  option("--key <file>", "the operator's private key (PEM); default: the one beside the Hall's"),
] as const;

/** A subject of an order as a person types it. */
export function typed(subject: string): string {
  return subject.replace(/^hash:/, "sha256:").replace(/^skill:/, "");
}

export type OrderWords = { readonly reason: string; readonly key?: string };

/** The options of an order as its verb takes them. */
export function orderOf({ reason, key }: OrderWords): { readonly reason: string; readonly keyFile?: string } {
  return { reason, ...(key === undefined ? {} : { keyFile: key }) };
}
