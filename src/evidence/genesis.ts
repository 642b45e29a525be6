import { canonicalBytes, compareBytes, sha256Hex, toHex } from "../protocol/canonical.js";
import {
  type Check,
  exactly,
  expectMembers,
  isCount,
  isHash,
  isKey,
  listOf,
  type Members,
  orNull,
  RecordError,
} from "./members.js";
import { readCanonical } from "./record.js";

/** What a new Hall says about the ledger that it goes on from, after one that was damaged. */
export type Continues = {
  readonly hall_id: string;
  readonly size: number;
  readonly head: string;
  readonly witnessed_size: number;
  readonly witnessed_head: string;
};

/** The body of record 0: it fixes the first keys, and its hash is the Hall's name (formats.md, Genesis). */
export type GenesisBody = {
  readonly continues: Continues | null;
  readonly ledger_key: string;
  readonly nonce: string;
  readonly operator_keys: readonly string[];
};

const isContinues: Check<Continues> = exactly<Continues>({
  hall_id: isHash,
  size: isCount,
  head: isHash,
  witnessed_size: isCount,
  witnessed_head: isHash,
});

const GENESIS: Members<GenesisBody> = {
  continues: orNull(isContinues),
  ledger_key: isKey,
  nonce: isHash,
  operator_keys: listOf(isKey, 1),
};

/** A new Hall's first body and its name. `nonce` is 32 random bytes; operator keys are put in order. */
export function makeGenesis(genesis: {
  readonly continues: Continues | null;
  readonly ledger_key: string;
  readonly nonce: Uint8Array;
  readonly operator_keys: readonly string[];
}): { readonly body: Uint8Array; readonly hall_id: string } {
  const operator_keys = [...genesis.operator_keys].sort(compareBytes);
  const body = canonicalBytes({
    continues: genesis.continues,
    ledger_key: genesis.ledger_key,
    nonce: toHex(genesis.nonce),
    operator_keys,
  });
  parseGenesis(body);
  return { body, hall_id: hallIdOf(body) };
}

/** A Hall's name, 64 hex: the hash of its first body. All that an auditor must know beforehand. */
export function hallIdOf(genesisBody: Uint8Array): string {
  return sha256Hex("wcp-hall/hall/1\n", genesisBody);
}

/** Reads the first body: exactly its members, keys in order, each once, none in two roles. Throws RecordError. */
export function parseGenesis(bytes: Uint8Array): GenesisBody {
  const genesis = expectMembers("genesis", readCanonical("genesis", bytes), GENESIS, true);
  const keys = genesis.operator_keys;
  if (keys.some((key, i) => i > 0 && compareBytes(keys[i - 1] ?? "", key) >= 0)) {
    throw new RecordError("genesis: operator_keys aren't sorted, each once");
  }
  if (keys.includes(genesis.ledger_key)) throw new RecordError("genesis: one key is ledger and operator");
  return genesis;
}
