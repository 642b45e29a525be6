/**
 * Changes of projections that decide, by whoever can write the database: a home that is opened puts them right from
 * its records. With what the store says of it.
 */
export const TAMPERING: readonly (readonly [sql: string, said: RegExp])[] = [
  ["DELETE FROM standing", /^standing \(of record 8\)$/],
  ["UPDATE standing SET subject = 'skill:org.acme/other'", /^standing \(of record 8\)$/],
  [
    "INSERT INTO standing SELECT hall_id, 10, record_id, NULL, NULL, 'worker:w', 'banned', NULL, 'org' FROM records WHERE seq = 10",
    /^standing \(of record 10\)$/,
  ],
  [
    "UPDATE orders SET policy_digest = (SELECT min(policy_digest) FROM orders) WHERE policy_digest IS NOT NULL",
    /^orders/,
  ],
  ["DELETE FROM orders WHERE seq = (SELECT max(seq) FROM orders)", /^orders \(of record 11\)$/],
  ["UPDATE installs SET artifact_digest = 'f00d'", /^installs \(of record 5\)$/],
  ["UPDATE installs SET version = '9.9.9'", /^installs \(of record 5\)$/],
  [
    "INSERT INTO keys SELECT hall_id, 0, record_id, NULL, NULL, 'operator', 'ed25519:00' FROM keys LIMIT 1",
    /^keys \(of record 0\)$/,
  ],
  ["UPDATE keys SET key = 'ed25519:00' WHERE role = 'operator'", /^keys \(of record 0\)$/],
  [
    "UPDATE holds SET state = 'granted', ends_at = '2099-01-01T00:00:00.000Z' WHERE state = 'used'",
    /^holds \(of record 12\)$/,
  ],
  ["UPDATE holds SET needed = 0", /^holds/],
  ["DELETE FROM approvals", /^approvals \(of record 13\)$/],
  ["DELETE FROM pins", /^pins \(of record 32\)$/],
  ["UPDATE pins SET definition_digest = document", /^pins \(of record 32\)$/],
  ["UPDATE heads SET epoch = 0", /^the standing epoch$/],
];
