import { existsSync, readFileSync, realpathSync, rmdirSync, rmSync } from "node:fs";
import { platform } from "node:os";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { isObject } from "../evidence/members.js";
import { writePrivate } from "../hall/state.js";
import { sha256Hex } from "../protocol/canonical.js";
import { type Client, type ClientWords, clientFile, clientWords } from "./clientConfig.js";
import { type ClientEntry, entryFor, isOurs, registeredHome } from "./clientEntry.js";
import { LifecycleError } from "./error.js";
import { insertMember, memberAt, removeMember } from "./jsonMember.js";
import { type JsonPlace, readPlaces } from "./jsonPlaces.js";
import { jsonText, readIfThere, writeWhole } from "./wholeFile.js";
import { type Workshop, withHome } from "./workshop.js";

export type ConnectOptions = {
  readonly client: Client;
  readonly undo: boolean;
  /** The user's own configuration of the client instead of the project's. */
  readonly user?: boolean;
};

export type ConnectReport = {
  /** The client's configuration file. */
  readonly file: string;
  /** False when it said so already, or had nothing to undo. */
  readonly written: boolean;
  readonly entry: ClientEntry;
};

const NAME = "hall";
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Writes how to start this home's Hall, with absolute paths and never a secret, into a client's configuration file, or
 * takes it out again. Everything else in the file stays byte for byte. Throws LifecycleError FOREIGN_ENTRY when another
 * program has the name, BAD_FILE with what to paste when the file can't be changed without harm.
 */
export function connectClient(
  ws: Workshop,
  { client, undo, user = false }: ConnectOptions,
  system: string = platform(),
): Promise<ConnectReport> {
  return withHome(ws, async ({ home }) => {
    const words = clientWords(client);
    const userHome = ws.environment["HOME"] ?? registeredHome();
    const around = { system, environment: ws.environment, userHome, project: dirname(home.dir) };
    const named = clientFile(client, user, around);
    if (named === undefined) throw noUserFile(words);
    const file = existsSync(named) ? realpathSync(named) : named; // a link stays a link
    const entry = entryFor(ws, home, words);
    const page: Page = {
      file,
      words,
      entry,
      note: join(home.state, `connected-${client}${user ? "-user" : ""}`),
    };
    const text = readText(file);
    const there = text === undefined ? undefined : memberAt(placesOf(page, text, undo), [words.member, NAME]);
    if (there !== undefined && !isOurs(there, home)) {
      if (undo) return { file, written: false, entry };
      throw foreign(file);
    }
    const isDone = undo ? there === undefined : isDeepStrictEqual(there, entry);
    if (isDone) return { file, written: false, entry };
    const question = undo
      ? `Take the Hall's entry out of ${file}?`
      : `Let ${words.title} start hall mcp ${user || client === "claude-desktop" ? "for this user" : "in this project"}, by an entry in ${file}?`;
    if (!(await ws.accept(question, undo ? [] : jsonText(entry).trimEnd().split("\n"))))
      throw new LifecycleError("DECLINED", "Nothing was written.", "Answer yes, or pass --yes.");
    if (readText(file) !== text) throw changed(file);
    if (undo) takeOut(page, text ?? "");
    else putIn(page, text, there !== undefined, existsSync(home.state));
    return { file, written: true, entry };
  });
}

/** The file that is edited, what stands in it for us, and where we note what we did to it. */
type Page = {
  readonly file: string;
  readonly words: ClientWords;
  readonly entry: ClientEntry;
  /** A file in the state directory, so that undo gives back the very bytes. */
  readonly note: string;
};

/** What was done to a file whose bytes had this hash afterwards; `made`: it and perhaps its directory weren't there. */
type Note = {
  readonly sha256: string;
  readonly at: number;
  readonly length: number;
  readonly made: boolean;
  readonly made_directory: boolean;
};

function putIn(page: Page, text: string | undefined, isThere: boolean, canNote: boolean): void {
  const { file, words, entry, note } = page;
  const before = isThere && text !== undefined ? without(page, text) : text;
  const known = isThere ? readNote(note) : undefined;
  const made = text === undefined || known?.made === true;
  const made_directory = known?.made_directory ?? !existsSync(dirname(file));
  const path = [words.member, NAME] as const;
  const done =
    before === undefined
      ? { text: jsonText({ [words.member]: { [NAME]: entry } }), at: 0, length: 0 }
      : insertMember(before, path, entry, words.relaxed);
  if (done === undefined) throw unreadable(page, false);
  writeWhole(file, done.text);
  const { at, length } = done;
  const noted: Note = { sha256: hashOf(done.text), at, length, made, made_directory };
  if (canNote) writePrivate(note, Buffer.from(jsonText(noted)));
}

function takeOut(page: Page, text: string): void {
  const { file, words, note } = page;
  const rest = without(page, text);
  const { made, made_directory } = readNote(note) ?? { made: false, made_directory: false };
  const left = readPlaces(rest, words.relaxed)?.value;
  if (made && (isDeepStrictEqual(left, {}) || isDeepStrictEqual(left, { [words.member]: {} }))) {
    rmSync(file);
    if (made_directory) removeIfEmpty(dirname(file));
  } else writeWhole(file, rest);
  rmSync(note, { force: true });
}

/** The text without our entry: the very bytes of before where nothing else was changed since. */
function without(page: Page, text: string): string {
  const { words, note } = page;
  const known = readNote(note);
  if (known !== undefined && known.length > 0 && known.sha256 === hashOf(text))
    return text.slice(0, known.at) + text.slice(known.at + known.length);
  const rest = removeMember(text, [words.member, NAME], words.relaxed);
  if (rest === undefined) throw unreadable(page, true);
  return rest;
}

function readNote(path: string): Note | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Note;
  } catch {
    return undefined; // then the entry is taken out by its name
  }
}

function hashOf(text: string): string {
  return sha256Hex(Buffer.from(text));
}

function removeIfEmpty(dir: string): void {
  try {
    rmdirSync(dir);
  } catch {
    // somebody else has put something there meanwhile
  }
}

function readText(file: string): string | undefined {
  const bytes = readIfThere(file, MAX_BYTES);
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new LifecycleError("BAD_FILE", `${file} isn't UTF-8 text.`, "Correct it, or move it away.", {
      cause,
    });
  }
}

function placesOf(page: Page, text: string, undo: boolean): JsonPlace {
  const { member, relaxed } = page.words;
  const root = readPlaces(text, relaxed);
  const servers = isObject(root?.value) ? (root.value[member] ?? {}) : undefined;
  if (root === undefined || !isObject(servers)) throw unreadable(page, undo);
  return root;
}

function noUserFile({ title }: ClientWords): LifecycleError {
  return new LifecycleError(
    "BAD_ARGUMENT",
    `${title} keeps its user's servers among much else in one file, which the Hall leaves alone.`,
    "Connect the project, or use that client's own command.",
  );
}

function changed(file: string): LifecycleError {
  return new LifecycleError("BUSY", `${file} was changed meanwhile; nothing was written.`, "Try again.");
}

function foreign(file: string): LifecycleError {
  return new LifecycleError(
    "FOREIGN_ENTRY",
    `${file} has another server named "${NAME}".`,
    "Rename or remove it, then connect again.",
  );
}

/** A file that isn't understood to the last byte isn't touched: whoever owns it can paste what belongs there. */
function unreadable({ file, words, entry }: Page, undo: boolean): LifecycleError {
  const kind = words.relaxed ? "JSON (comments are fine)" : "JSON";
  const helps = undo
    ? `Correct it, or take "${NAME}" out of "${words.member}" yourself.`
    : `Correct it, or put this into "${words.member}" yourself: "${NAME}": ${JSON.stringify(entry)}`;
  return new LifecycleError("BAD_FILE", `${file} isn't ${kind} with an object of servers.`, helps);
}
