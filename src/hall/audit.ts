import type { RecordFilter, RecordRow } from "../records/query.js";
import type { Store } from "../records/store.js";
import { type Explanation, explainRow } from "./explain.js";

/** Reading the record of what happened. */
export type Audit = {
  query(filter: RecordFilter): readonly RecordRow[];
  explain(record_id: string): Explanation | undefined;
  /** Checks the whole ledger offline and names the first bad record (formats.md, verify). */
  verify(): ReturnType<Store["verify"]>;
};

export function makeAudit(store: Store): Audit {
  return {
    query: (filter) => store.query(filter),
    explain: (id) => {
      const row = store.query({ id, limit: 1 })[0];
      return row && explainRow(row);
    },
    verify: () => store.verify(),
  };
}
