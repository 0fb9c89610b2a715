/** A database that is saved by asking it, since copying its files while it runs gives a copy that may not open. */
export interface Dumper {
  /** Unique within its set: letters, digits, `.`, `_`, `-`. The dump's files lie under `databases/<name>/` in the archive. */
  readonly name: string;
  readonly kind: "postgres" | "sqlite" | "command";
  /** Whether a backup without it is a failed one; otherwise it is partial. */
  readonly required: boolean;
  /**
   * Writes its files, mode 0600, into `folder`, which is empty and its own.
   * @returns the names of the files relative to `folder`, and what a person should know about the dump.
   * @throws OpsError when the dump failed; what it left in `folder` is thrown away.
   */
  dump(folder: string, signal: AbortSignal): Promise<Dump>;
}

export interface Dump {
  readonly files: readonly string[];
  /** Short, without secrets: they go into the manifest. */
  readonly notes: readonly string[];
}
