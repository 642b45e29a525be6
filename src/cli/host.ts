/** The process, as far as commands see it. */
export type Host = {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by Ctrl-C, and when whoever reads stdout has gone. */
  readonly signal: AbortSignal;
  /** The command itself, to be started by others: absolute paths. */
  readonly program: readonly [string, ...string[]];
};
