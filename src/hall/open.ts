import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadKeyFile } from "../attest/keys.js";
import { type Signer, signerFromSeed } from "../evidence/ed25519.js";
import type { PolicyDocument } from "../evidence/policy.js";
import type { Clock } from "../protocol/clock.js";
import type { PolicyGateContext } from "../protocol/facts.js";
import { ENGINE } from "../protocol/version.js";
import { openStore, type Store } from "../records/store.js";
import { openRunner } from "../run/runner.js";
import type { Runner } from "../run/types.js";
import { abandonDeadCalls } from "./abandoned.js";
import type { OwnAuthority } from "./authority.js";
import { type Environment, findHome, type Home, HomeError, readConfig } from "./home.js";
import { lateLedger } from "./ledgers.js";
import { assemble, type HallOptions, type HallParts } from "./parts.js";
import type { ConnectServers } from "./serverGates.js";
import { memorySessions, type Sessions, sessionDirectory } from "./sessions.js";
import { artifactDirectory, artifactMemory } from "./skills.js";
import { checkState, loadKey, statePaths, writePrivate } from "./state.js";
import type { HandlerLine, LocalHall, Principal } from "./types.js";

/** What may be handed in from the edge. Nothing here turns the gate or the ledger off. */
export type OpenOptions = {
  /** The `.hall` directory or the one that holds it; else HALL_HOME, else the nearest upwards from `cwd`. */
  readonly home?: string | undefined;
  readonly cwd?: string;
  readonly environment?: Environment;
  readonly clock?: Clock;
  /** Evaluates rules with `escalation.policy_gate` (S003, PolicyGate.evaluate). */
  readonly policyGate?: (context: PolicyGateContext) => unknown;
  readonly runner?: Runner;
  /** Connects to the foreign servers that the policy names, as `mcpServers()` of `wcp-hall/mcp` does; left out, to none. */
  readonly servers?: ConnectServers;
  /** Told what handlers print and log; lines logged on purpose also go to the caller whose surface takes them. */
  readonly onLog?: (line: HandlerLine) => void;
};

/**
 * Opens the Hall of a home on this machine. Throws HomeError when there is no home, when its files are wrong, when
 * PYHALL_ENV contradicts its env, or when its state belongs to another home.
 */
export async function openHall(options: OpenOptions = {}): Promise<LocalHall> {
  const parts = await openHome(options);
  await parts.ledger.ready();
  return parts.hall;
}

/** {@link openHall} with its insides, for the lifecycle. The ledger opens at first need. */
export async function openHome(options: OpenOptions = {}): Promise<HallParts> {
  const { environment = process.env, cwd = process.cwd(), clock = Date.now } = options;
  const home = findHome({ home: options.home, cwd, environment });
  checkState(home);
  const paths = statePaths(home);
  const sessions = sessionDirectory(paths.sessions);
  return assemble({
    home,
    ledger: lateLedger(() => openLedger(home, environment, sessions, clock)),
    artifacts: artifactDirectory(paths.artifacts, writePrivate, clock),
    sessions,
    runner: options.runner ?? openRunner({ clock }),
    clock,
    own: ownAuthority(home, environment),
    policyGate: options.policyGate ?? null,
    onLog: options.onLog,
    dataDir: paths.data,
    servers: connectingAt(options.servers, environment, dirname(home.dir)),
    onClose: () => {},
  });
}

function connectingAt(
  connect: ConnectServers | undefined,
  environment: Environment,
  cwd: string,
): HallOptions["servers"] {
  return connect === undefined ? null : (servers) => connect({ servers, environment, cwd });
}

/** What a Hall in memory is opened with: its policy, and nothing that outlives it. */
export type MemoryOptions = Pick<OpenOptions, "clock" | "policyGate" | "runner" | "onLog" | "servers"> & {
  readonly policy: (keys: MemoryKeys) => PolicyDocument;
};

/** The throw-away keys of a Hall in memory. */
export type MemoryKeys = { readonly ledger: Signer; readonly operator: Signer; readonly publisher: Signer };

/**
 * A Hall that lives in memory with keys made for it: the real store, gate and runner, for `skill test` and tests.
 * No config can ask for it. Data directories lie in a temporary directory that `close` removes.
 */
export async function openMemoryHall(
  options: MemoryOptions,
): Promise<HallParts & { readonly keys: MemoryKeys }> {
  const { clock = Date.now } = options;
  const key = () => signerFromSeed(randomBytes(32));
  const keys: MemoryKeys = { ledger: key(), operator: key(), publisher: key() };
  const attestSecret = randomBytes(32).toString("hex");
  const store = await openStore({ file: ":memory:", witness: null, ledgerKey: keys.ledger, clock });
  await store.begin({ continues: null, operator_keys: [keys.operator.key] });
  const directory = mkdtempSync(join(tmpdir(), "hall-"));
  const parts = assemble({
    home: null,
    ledger: lateLedger(async () => store),
    artifacts: artifactMemory(),
    sessions: memorySessions,
    runner: options.runner ?? openRunner({ clock }),
    clock,
    own: () => ({ publisher: keys.publisher.key, attestSecret }),
    policyGate: options.policyGate ?? null,
    onLog: options.onLog,
    dataDir: (...names) => join(directory, ...names),
    servers: connectingAt(options.servers, {}, directory),
    onClose: () => rmSync(directory, { recursive: true, force: true }),
  });
  await parts.ledger.ready();
  await parts.hall.operator(principalOf("operator", keys.operator)).apply(options.policy(keys), null);
  return { ...parts, keys };
}

/** A principal whose key is at hand. */
export function principalOf(id: string, signer: Signer): Principal {
  return { id, key: signer.key, sign: async (bytes) => signer.sign(bytes) };
}

/** The principal whose key lies in a file, as `hall key make` makes one. Throws KeyError. */
export function principalFromFile(id: string, path: string): Principal {
  return principalOf(id, loadKeyFile(path));
}

/** PYHALL_ENV never overrides what is in force, nor before the first apply the file: another value refuses to start. */
function checkEnvironment(home: Home, environment: Environment, inForce: PolicyDocument | undefined): void {
  const wanted = environment["PYHALL_ENV"];
  if (!wanted) return; // then an edit of the file, good or broken, changes nothing until it is applied
  const env = inForce?.config["env"] ?? readConfig(home).env;
  if ((wanted === "staging" ? "stage" : wanted) === env) return;
  throw new HomeError(
    "WRONG_ENV",
    `PYHALL_ENV is ${JSON.stringify(wanted)}, but the env of ${home.dir} is ${env}. Unset PYHALL_ENV, or apply the env that you mean.`,
  );
}

/** The store of a home whose keys were made; null before its first apply. Dead processes' calls are closed. */
async function openLedger(
  home: Home,
  environment: Environment,
  sessions: Sessions,
  clock: Clock,
): Promise<Store | null> {
  const ledgerKey = loadKey(home, "ledger");
  if (ledgerKey === undefined) {
    checkEnvironment(home, environment, undefined);
    return null;
  }
  const { witness } = statePaths(home);
  const store = await openStore({ file: home.database, witness, ledgerKey, clock });
  try {
    checkEnvironment(home, environment, store.policy()?.document);
  } catch (error) {
    store.close();
    throw error;
  }
  if (store.state().hall_id !== null) await abandonDeadCalls(store, sessions, ENGINE);
  return store;
}

/** What this home answers for, read from its key files once they are there. */
function ownAuthority(home: Home, environment: Environment): () => OwnAuthority {
  const { attestSecret } = statePaths(home);
  let publisher: string | null = null;
  let secret = environment["WCP_ATTEST_HMAC_KEY"] || undefined;
  return () => {
    publisher ??= loadKey(home, "publisher")?.key ?? null;
    secret ??= existsSync(attestSecret) ? readFileSync(attestSecret, "utf8").trim() : undefined;
    return { publisher, attestSecret: secret };
  };
}
