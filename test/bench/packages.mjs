import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ratio, takeTurns, timeOf } from "./measure.mjs";
import { atMost } from "./table.mjs";

const FILES = 1000;
const BYTES = 16 * 1024;

/** The package hash of wcp.md 7.1 beside reading the same files and hashing their bytes in one go. */
export const packages = {
  needs: ["attest/packageFiles.js"],
  rows: [
    {
      id: "package_hash",
      what: "package hash, 1,000 files / reading and hashing their bytes",
      goal: atMost(1.15),
    },
  ],
  async measure({ quick, dist, work }) {
    const { canonicalPackageHash } = await dist.load("attest/packageFiles.js");
    const root = join(work, "package");
    const paths = writePackage(root);
    const { hash, bare } = await takeTurns(quick ? 5 : 41, {
      hash: () => timeOf(() => canonicalPackageHash(root)),
      bare: () =>
        timeOf(() => {
          const all = createHash("sha256");
          for (const path of paths) all.update(readFileSync(path));
          return all.digest("hex");
        }),
    });
    return { package_hash: { ...ratio(hash, bare, "ms"), note: `files of ${BYTES / 1024} KiB` } };
  },
};

/** A package of twenty directories. */
function writePackage(root) {
  const content = Buffer.alloc(BYTES, "a line of some source file\n");
  return Array.from({ length: FILES }, (_, i) => {
    const directory = join(root, `part${i % 20}`);
    mkdirSync(directory, { recursive: true });
    const path = join(directory, `file${i}.ts`);
    content.writeUInt32BE(i);
    writeFileSync(path, content);
    return path;
  });
}
