/** This package's version; a test holds it equal to package.json. */
export const VERSION = "0.1.0";

/** The engine as records name it (formats.md, Ledger). */
export const ENGINE = `wcp-hall/${VERSION}`;
