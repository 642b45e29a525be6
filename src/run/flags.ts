/** What one child is allowed, as Node's own command line can say it. */
export type Allowance = {
  readonly memory_mb: number;
  /** The real path of the data directory, or null. */
  readonly data_dir: string | null;
  /** Whether that directory may also be written. */
  readonly writes: boolean;
};

/** This Node can't contain a child. */
export class FlagsError extends Error {
  override readonly name = "FlagsError";
}

const REQUIRED = [
  "--no-addons",
  "--no-warnings",
  "--disable-proto",
  "--disallow-code-generation-from-strings",
  "--experimental-vm-modules",
  "--max-old-space-size",
];
/** Node 22 and later: node:sqlite opens any file despite the permission model, and SIGUSR1 opens an inspector. */
const WHERE_KNOWN = ["--no-experimental-sqlite", "--disable-sigusr1"];

/**
 * The flags of a contained child: Node's permission model without any grant but the data directory, and hardening.
 * `known` is what this Node understands; it differs by version (platform.md 1). Throws FlagsError when a flag that
 * containment rests on is missing, or when the directory's name would mean something to the flag.
 */
export function containmentFlags(
  allowance: Allowance,
  known: Pick<ReadonlySet<string>, "has"> = process.allowedNodeEnvironmentFlags,
): readonly string[] {
  const permission = ["--permission", "--experimental-permission"].find((flag) => known.has(flag));
  const missing = REQUIRED.filter((flag) => !known.has(flag));
  if (permission === undefined) missing.unshift("--permission");
  if (permission === undefined || missing.length > 0) {
    throw new FlagsError(
      `Node ${process.version} lacks ${missing.join(", ")}; run the Hall with Node 20.19 or later`,
    );
  }
  return [
    permission,
    ...directoryFlags(allowance),
    ...REQUIRED.map((flag) => withValue(flag, allowance)),
    ...WHERE_KNOWN.filter((flag) => known.has(flag)),
  ];
}

function withValue(flag: string, allowance: Allowance): string {
  if (flag === "--disable-proto") return "--disable-proto=delete";
  if (flag === "--max-old-space-size") return `--max-old-space-size=${allowance.memory_mb}`;
  return flag;
}

/** `DIR/*` alone, which means DIR and all below it: giving DIR besides aborts Node 20. */
function directoryFlags({ data_dir, writes }: Allowance): readonly string[] {
  if (data_dir === null) return [];
  if (/[*,]/.test(data_dir)) {
    throw new FlagsError(
      `the data directory's path has a * or a comma, which Node's flags read as patterns: ${data_dir}`,
    );
  }
  const below = `${data_dir}/*`;
  return [`--allow-fs-read=${below}`, ...(writes ? [`--allow-fs-write=${below}`] : [])];
}
