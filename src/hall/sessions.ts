import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Which sessions of a home have a living process: a call whose process died gets its `abandoned` record from the next. */
export type Sessions = {
  /** Notes that this process serves a session, until close. */
  register(session_id: string): void;
  isAlive(session_id: string): boolean;
  close(): void;
};

const ID = /^[A-Za-z0-9._-]{1,128}$/;

/** Sessions noted as files in a directory of the state, each holding its process id and that process's start. */
export function sessionDirectory(dir: string): Sessions {
  const own = new Set<string>();
  const path = (id: string) => join(dir, id);
  return {
    register(id) {
      if (own.has(id) || !ID.test(id)) return;
      own.add(id);
      try {
        mkdirSync(dir, { recursive: true, mode: 0o700 });
        writeFileSync(path(id), processName(process.pid), { mode: 0o600 });
      } catch {
        // Where this can't be written, the witness can't either: every call is denied, so none is abandoned.
      }
    },
    isAlive(id) {
      if (own.has(id)) return true;
      if (!ID.test(id) || !existsSync(path(id))) return false;
      const noted = readFileSync(path(id), "utf8");
      const alive = noted === processName(Number.parseInt(noted, 10));
      if (!alive) rmSync(path(id), { force: true });
      return alive;
    },
    close() {
      for (const id of own) rmSync(path(id), { force: true });
      own.clear();
    },
  };
}

/** Sessions of a Hall in memory, which no other process shares. */
export const memorySessions: Sessions = { register() {}, isAlive: () => true, close() {} };

/** A process by id and start time, so that a reused id is another process; "dead" when there is none. */
function processName(pid: number): string {
  if (!Number.isSafeInteger(pid) || pid <= 0) return "dead";
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return "dead";
  }
  return `${pid} ${startOf(pid)}`;
}

function startOf(pid: number): string {
  try {
    // Field 22 of /proc/PID/stat; the name before it may hold spaces and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return ""; // not Linux: the id alone must do
  }
}
