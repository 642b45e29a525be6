import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { homeAt } from "../hall/home.js";
import { NamespaceSchema } from "../protocol/ids.js";
import { applyFiles } from "./applyHome.js";
import { inWords, LifecycleError } from "./error.js";
import { EMPTY_LOCK } from "./lockFile.js";
import { jsonText } from "./wholeFile.js";
import { type Workshop, withHome } from "./workshop.js";

export type InitOptions = {
  /** The project's directory, in which `.hall` is made; the working directory when left out. */
  readonly dir?: string;
  readonly namespace?: string;
  readonly tenant?: string;
  readonly env?: "dev";
};

/** A new home, with its first policy in force. */
export type NewHome = {
  readonly home: string;
  readonly state: string;
  readonly hall_id: string;
  readonly policy_digest: string;
  readonly files: readonly string[];
};

/**
 * Makes `.hall` with the defaults of formats.md and no rules, and puts that in force. Throws LifecycleError
 * HOME_EXISTS rather than touch one that is there; when it can't be put in force, nothing is left behind.
 */
export function initHome(ws: Workshop, options: InitOptions = {}): Promise<NewHome> {
  return inWords(async () => {
    const dir = resolve(ws.cwd, options.dir ?? ".", ".hall");
    const files = homeFiles(ws, options);
    makeDirectory(dir);
    try {
      for (const [name, value] of Object.entries(files))
        writeFileSync(join(dir, name), jsonText(value), { flag: "wx" });
      return await putInForce({ ...ws, home: dir, accept: async () => true }, Object.keys(files));
    } catch (error) {
      rmSync(dir, { recursive: true, force: true });
      throw error;
    }
  });
}

function makeDirectory(dir: string): void {
  if (existsSync(dir)) {
    throw new LifecycleError(
      "HOME_EXISTS",
      `${dir} is there already; nothing was changed.`,
      'To put its files in force on this machine, run "hall apply".',
    );
  }
  mkdirSync(dirname(dir), { recursive: true });
  mkdirSync(dir);
}

function putInForce(ws: Workshop, names: readonly string[]): Promise<NewHome> {
  return withHome(ws, async (parts) => {
    const { hall_id, policy_digest } = await applyFiles(ws, parts, "hall init");
    if (hall_id === null || policy_digest === null) throw new TypeError("an accepted policy wasn't applied");
    const { dir, state } = homeAt(parts.home.dir, ws.environment);
    return { home: dir, state, hall_id, policy_digest, files: names.map((name) => join(dir, name)) };
  });
}

function homeFiles(ws: Workshop, options: InitOptions): Readonly<Record<string, unknown>> {
  const { tenant = "local", env = "dev", namespace = defaultNamespace(ws) } = options;
  const checked = NamespaceSchema.safeParse(namespace);
  if (!checked.success) {
    throw new LifecycleError(
      "BAD_ARGUMENT",
      `${JSON.stringify(namespace)} isn't a namespace.`,
      "Write x.<name> or org.<name>, lower case, digits and hyphens.",
    );
  }
  const config = {
    $schema: "urn:wcp-hall:config:1",
    env,
    profile: "prof.dev.permissive",
    tenant,
    namespace,
    caller: { data_label: "INTERNAL", tenant_risk: "low", qos_class: "P2" },
    registry: "file:",
    publishers: [],
    approvers: [],
    namespaces: { [tenant]: [namespace] },
    secrets: {},
    hall: {},
  };
  return {
    "config.json": config,
    "rules.json": { $schema: "urn:wcp-hall:rules:1", rules: [] },
    "lock.json": EMPTY_LOCK,
  };
}

/** `x.<user>`, with what no namespace may hold made hyphens; `x.local` when nothing is left. */
export function defaultNamespace({ user }: Pick<Workshop, "user">): string {
  const name = user
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 32)
    .replace(/-+$/, "");
  return `x.${name || "local"}`;
}
