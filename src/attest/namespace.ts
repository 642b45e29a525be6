const WORKER_ID = /^((?:x|org)\.[a-z0-9]+(?:-[a-z0-9]+)*)(?:\.[A-Za-z0-9_-]+)+$/;

/** The namespace that answers for a worker: `org.acme` of `org.acme.notes.i-1`; undefined when the id names none (wcp.md 7.5). */
export function workerNamespace(workerId: string): string | undefined {
  return WORKER_ID.exec(workerId)?.[1];
}
