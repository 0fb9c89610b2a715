import { writeSync } from "node:fs";

const told = new Set<string>();

/**
 * One line on stderr, once per cause. By the file descriptor, because an error of the stream `process.stderr` (nobody reads it
 * any more) would become an uncaught exception of the host. stdout belongs to the protocol.
 */
export function warnOnce(cause: string, message: string): void {
  if (told.has(cause)) return;
  told.add(cause);
  try {
    writeSync(2, `mcp-ops: ${message}\n`);
  } catch {}
}

/** Runs a part of ours; what it throws becomes a warning and never reaches the host. */
export function guarded<T>(part: string, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    warnOnce(part, `${part} failed, and the server runs on without it: ${messageOf(error)}`);
    return undefined;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
