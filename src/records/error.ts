/**
 * Why the records can't do what was asked.
 * LOST: the database is gone, and a witness says that there was one.
 * MOVED: policy, standing or the last order changed since they were read: gather again. CANCELLED: the caller's signal.
 */
export const RECORDS_CODES = [
  "UNAVAILABLE",
  "LOST",
  "BUSY",
  "NEWER_VERSION",
  "READ_ONLY",
  "FULL",
  "WITNESS",
  "REFUSED",
  "MOVED",
  "CANCELLED",
] as const;
export type RecordsCode = (typeof RECORDS_CODES)[number];

/** A failure of the store. Its text is for operators; a denial carries only a code. */
export class RecordsError extends Error {
  override readonly name = "RecordsError";
  readonly code: RecordsCode;

  constructor(code: RecordsCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const BY_RESULT: ReadonlyMap<number, RecordsCode> = new Map([
  [5, "BUSY"], // SQLITE_BUSY
  [6, "BUSY"], // SQLITE_LOCKED
  [8, "READ_ONLY"], // SQLITE_READONLY
  [13, "FULL"], // SQLITE_FULL
  [19, "REFUSED"], // SQLITE_CONSTRAINT: a trigger, or an id that is taken
]);

// Where rows are stepped through the driver gives no code: SQLite's own words for it are all there is.
const BY_WORDS: ReadonlyMap<string, number> = new Map([
  ["database is locked", 5],
  ["database table is locked", 6],
  ["attempt to write a readonly database", 8],
  ["database or disk is full", 13],
]);

/** SQLite's primary result code of an error, or undefined when it has none or isn't SQLite's. */
export function sqliteResult(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { errcode, code, message }: Error & { readonly errcode?: unknown; readonly code?: unknown } = error;
  if (typeof errcode === "number") return errcode & 0xff; // extended codes carry the primary one in their low byte
  return code === "ERR_SQLITE_ERROR" ? BY_WORDS.get(message) : undefined;
}

const BY_ERRNO: ReadonlyMap<string, RecordsCode> = new Map([
  ["EACCES", "READ_ONLY"],
  ["EPERM", "READ_ONLY"],
  ["EROFS", "READ_ONLY"],
  ["ENOSPC", "FULL"],
  ["EDQUOT", "FULL"],
]);

/** Any error met while using the database, as a RecordsError. `doing` says what was under way. */
export function toRecordsError(error: unknown, doing: string): RecordsError {
  if (error instanceof RecordsError) return error;
  const errno = error instanceof Error && "code" in error ? String(error.code) : "";
  const code = BY_RESULT.get(sqliteResult(error) ?? -1) ?? BY_ERRNO.get(errno) ?? "UNAVAILABLE";
  const text = error instanceof Error ? error.message : String(error);
  return new RecordsError(code, `${doing}: ${text}`, { cause: error });
}
