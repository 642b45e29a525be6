import { resolve } from "node:path";
import { loadKeyFile } from "../attest/keys.js";
import type { Signer } from "../evidence/ed25519.js";
import { principalOf } from "../hall/open.js";
import type { Operator } from "../hall/operator.js";
import { loadKey } from "../hall/state.js";
import { LifecycleError } from "./error.js";
import { ledgerOf, type OpenHome, type Workshop } from "./workshop.js";

/** The operator of a home, by the key of the state directory or by another one. Throws LifecycleError KEY when it is none's. */
export function operatorOf(parts: OpenHome, signer: Signer = operatorKey(parts)): Operator {
  if (!ledgerOf(parts).operatorKeys().includes(signer.key)) {
    throw new LifecycleError(
      "KEY",
      `${signer.key} isn't an operator's key of this Hall.`,
      "Name the operator's key file with --key FILE.",
    );
  }
  return parts.hall.operator(principalOf("operator", signer));
}

/** The key in `keyFile`, else the operator's of the state directory. Throws KeyError and LifecycleError KEY. */
export function personalKey(ws: Workshop, parts: OpenHome, keyFile: string | undefined): Signer {
  return keyFile === undefined ? operatorKey(parts) : loadKeyFile(resolve(ws.cwd, keyFile));
}

function operatorKey({ home }: OpenHome): Signer {
  const key = loadKey(home, "operator");
  if (key !== undefined) return key;
  throw new LifecycleError(
    "KEY",
    `There is no operator key in ${home.state}.`,
    "Name the operator's key file with --key FILE.",
  );
}
