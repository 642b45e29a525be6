import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

const PAGE = Buffer.alloc(4096 + 24, 1); // what SQLite adds to its log for a page
const PAGES = 1000; // after so many SQLite begins its log again from the front

/** Writes a page and waits until it is on disk, over and over, as the log of a database does. */
export function openDisk(directory) {
  const file = openSync(join(directory, "disk"), "w");
  let page = 0;
  return {
    sync() {
      writeSync(file, PAGE, 0, PAGE.length, (page++ % PAGES) * PAGE.length);
      fdatasyncSync(file);
    },
    close: () => closeSync(file),
  };
}
