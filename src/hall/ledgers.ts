import type { Store } from "../records/store.js";

/** A home's ledger, which may not exist yet: before the first apply there are no keys and nothing is in force. */
export type Ledger = {
  /** The store, opened when the home has one. Throws what opening throws, each time, until it can be opened. */
  ready(): Promise<Store | null>;
  /** The store if it is open already. */
  readonly current: () => Store | null;
  /** Changes whenever standing, installs or policy did, also from "none" to "there is one". */
  version(): string;
  /** Changes with every record that anybody writes. */
  length(): string;
  close(): void;
};

/** A ledger that is opened at first need. `open` gives null while there is none to open. */
export function lateLedger(open: () => Promise<Store | null>): Ledger {
  let store: Store | null = null;
  let opening: Promise<Store | null> | undefined;
  let closed = false;
  const ready = async () => {
    if (store !== null || closed) return store;
    opening ??= open().finally(() => {
      opening = undefined;
    });
    const opened = await opening;
    store ??= opened;
    return store;
  };
  const told = (what: (store: Store) => string): string => {
    if (store !== null) return what(store);
    ready().catch(() => {}); // the next call says what is wrong; the poll only looks whether there is one by now
    return "none";
  };
  return {
    ready,
    current: () => store,
    version: () =>
      told((open) => {
        const { epoch, policy_digest } = open.state();
        return `${epoch} ${policy_digest}`;
      }),
    length: () => told((open) => String(open.state().size)),
    close() {
      closed = true;
      store?.close();
    },
  };
}
