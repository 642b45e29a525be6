const BLOCK = 512;
const END = 2 * BLOCK;
const NAME_BYTES = 100;
const SIZE_AT = 124;
const CHECKSUM_AT = 148;

/** Bytes that {@link writeUstar} makes of contents of these sizes. */
export function ustarLength(sizes: Iterable<number>): number {
  let length = END;
  for (const size of sizes) length += BLOCK + padded(size);
  return length;
}

/**
 * A tar exactly as formats.md ("Artifact and certificate") has it: plain files of mode 0644 and time 0, no owner,
 * in the order given. Paths are ASCII of at most 99 bytes; the caller has checked them.
 */
export function writeUstar(files: readonly (readonly [path: string, content: Uint8Array])[]): Uint8Array {
  const tar = new Uint8Array(ustarLength(files.map(([, content]) => content.length)));
  let at = 0;
  for (const [path, content] of files) {
    writeHeader(tar.subarray(at, at + BLOCK), path, content.length);
    tar.set(content, at + BLOCK);
    at += BLOCK + padded(content.length);
  }
  return tar;
}

/**
 * The files that a tar seems to hold, as views, or undefined where even their places can't be told. It believes
 * names and sizes and looks at nothing else: the caller writes them again and compares all bytes.
 */
export function readUstar(tar: Uint8Array): [path: string, content: Uint8Array][] | undefined {
  const files: [string, Uint8Array][] = [];
  let at = 0;
  while (at + BLOCK <= tar.length && tar[at] !== 0) {
    const size = /^[0-7]{11}$/.exec(ascii(tar.subarray(at + SIZE_AT, at + SIZE_AT + 11)))?.[0];
    if (size === undefined) return undefined;
    const start = at + BLOCK;
    const end = start + Number.parseInt(size, 8);
    if (end > tar.length) return undefined;
    files.push([ascii(tar.subarray(at, at + NAME_BYTES)).replace(/\0.*$/s, ""), tar.subarray(start, end)]);
    at = start + padded(end - start);
  }
  return files;
}

function writeHeader(header: Uint8Array, path: string, size: number): void {
  const put = (at: number, text: string) => header.set(Buffer.from(text, "latin1"), at);
  put(0, path);
  put(100, "0000644\0");
  put(108, "0000000\0"); // uid
  put(116, "0000000\0"); // gid
  put(SIZE_AT, `${octal(size, 11)}\0`);
  put(136, `${octal(0, 11)}\0`); // mtime
  put(CHECKSUM_AT, "        "); // counted as spaces in its own sum
  put(156, "0");
  put(257, "ustar\x0000");
  put(329, "0000000\0"); // devmajor
  put(337, "0000000\0"); // devminor
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(CHECKSUM_AT, `${octal(sum, 6)}\0 `);
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

function ascii(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
