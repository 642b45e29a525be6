import type { Head } from "../protocol/outcome.js";
import { RecordError } from "./members.js";

const LINE =
  /^([0-9a-f]{64}) ([1-9][0-9]{0,15}) ([0-9a-f]{64}) (ed25519:[0-9a-f]{64}) ([A-Za-z0-9+/]{86}==)$/;

/** One line of the witness file, newline included (formats.md, The witness). */
export function witnessLine({ hall_id, size, head, key_id, signature }: Head): string {
  return `${hall_id} ${size} ${head} ${key_id} ${signature}\n`;
}

/**
 * The heads that a witness file holds, in its order. A last line without its newline was torn by a crash and is
 * ignored; any other line that isn't one throws RecordError. Signatures are checked by who knows the keys.
 */
export function parseWitness(text: string): readonly Head[] {
  const lines = text.split("\n");
  lines.pop(); // what stands after the last newline: nothing, or a torn line
  return lines.map((line, i) => {
    const [, hall_id, size, head, key_id, signature] = LINE.exec(line) ?? [];
    if (!hall_id || !size || !head || !key_id || !signature || !Number.isSafeInteger(Number(size))) {
      throw new RecordError(`witness: line ${i + 1} isn't "<hall_id> <size> <head> <key_id> <signature>"`);
    }
    return { hall_id, size: Number(size), head, key_id, signature };
  });
}
