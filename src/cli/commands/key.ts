import type { KeyReport } from "../../lifecycle/keyFile.js";
import { EXIT } from "../exit.js";
import { addGroup, addVerb, type Program } from "../verb.js";

/** `hall key`: keys of people and channels. The Hall's own are made by the first apply. */
export function addKey(program: Program): void {
  const key = addGroup(program, "key", {
    summary: "make keys for approvers, operators and channels",
    text: "Each person and each channel has a key of their own. config.json names its public half; the file stays with whom it belongs to.",
    example: "hall key make alice.pem",
  });
  addVerb(key, {
    usage: "make <file>",
    summary: "make a key, and print its public half",
    text: 'Writes an Ed25519 private key (PKCS#8 PEM) that only this user can read, and prints the ed25519: name for "approvers" or "channels" in config.json, which hall apply puts in force. Never overwrites a file.',
    example: "hall key make alice.pem",
    async run({ workshop, out }, [file = ""]) {
      const { makeKey } = await import("../../lifecycle/keyFile.js");
      const made = makeKey(workshop, { file });
      out.result({ ok: true, ...made }, () => keyLines(made));
      out.note(
        `The private key is in ${made.file}: it stays with whom it belongs to.`,
        'The name above goes under "approvers" or "channels" in config.json, then: hall apply',
      );
      return EXIT.ok;
    },
  });
  addVerb(key, {
    usage: "show <file>",
    summary: "print the public half of a key",
    text: "Reads a private key as hall key make writes it, and prints the ed25519: name.",
    example: "hall key show alice.pem",
    async run({ workshop, out }, [file = ""]) {
      const { showKey } = await import("../../lifecycle/keyFile.js");
      const shown = showKey(workshop, { file });
      out.result({ ok: true, ...shown }, () => keyLines(shown));
      return EXIT.ok;
    },
  });
}

const keyLines = ({ key }: KeyReport) => [key];
