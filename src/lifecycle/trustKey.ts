import { createPublicKey } from "node:crypto";
import { resolve } from "node:path";
import { isAcceptableKey } from "../evidence/ed25519.js";
import { type JsonObject, toHex } from "../protocol/canonical.js";
import { amendPolicy } from "./amend.js";
import { type AuthorityReport, checkNamespace } from "./authority.js";
import { LifecycleError } from "./error.js";
import { readIfThere } from "./wholeFile.js";
import { type Workshop, withHome } from "./workshop.js";

/** Lets a publisher's key sign for a namespace. `keyFile` holds `ed25519:` and 64 hex digits, or a public key in PEM. */
export function trustKey(
  ws: Workshop,
  options: { readonly keyFile: string; readonly namespace: string },
): Promise<AuthorityReport & { readonly key: string }> {
  return withHome(ws, async (parts) => {
    const { namespace } = options;
    checkNamespace(namespace);
    const key = readPublicKey(resolve(ws.cwd, options.keyFile));
    const amended = await amendPolicy(ws, parts, {
      file: "config.json",
      question: `Trust ${key} to sign skills of ${namespace}?`,
      reason: `trust add for ${namespace}`,
      edit: (config) => withPublisher(config, key, namespace),
    });
    return { ...amended, key };
  });
}

type Publisher = { readonly key: string; readonly namespaces: readonly string[] };

function withPublisher(config: JsonObject, key: string, namespace: string): JsonObject {
  const publishers = (config["publishers"] ?? []) as readonly Publisher[];
  const known = publishers.find((publisher) => publisher.key === key);
  if (known === undefined)
    return { ...config, publishers: [...publishers, { key, namespaces: [namespace] }] };
  if (known.namespaces.includes(namespace)) return config;
  const more = { key, namespaces: [...known.namespaces, namespace] };
  return { ...config, publishers: publishers.map((publisher) => (publisher === known ? more : publisher)) };
}

const MAX_KEY_FILE = 16 * 1024;

/** A public key from a file. A private one is refused: it belongs to its publisher alone. */
function readPublicKey(path: string): string {
  const refuse = (why: string) =>
    new LifecycleError(
      "KEY",
      `${path}: ${why}`,
      "Ask the publisher for the public key, as hall skill certify prints it: ed25519:…",
    );
  const bytes = readIfThere(path, MAX_KEY_FILE);
  if (bytes === undefined) throw refuse("there is no such file.");
  const text = Buffer.from(bytes).toString("utf8").trim();
  if (text.includes("PRIVATE KEY")) throw refuse("holds a private key.");
  const key = text.startsWith("-----BEGIN") ? fromPem(text) : text;
  if (key === undefined || !isAcceptableKey(key)) throw refuse("holds no Ed25519 public key.");
  return key;
}

function fromPem(pem: string): string | undefined {
  try {
    const { x } = createPublicKey(pem).export({ format: "jwk" });
    return x === undefined ? undefined : `ed25519:${toHex(Buffer.from(x, "base64url"))}`;
  } catch {
    return undefined;
  }
}
