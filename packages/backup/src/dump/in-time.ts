import { backupError } from "../errors.ts";

/** An hour: a program that hangs holds its set until then, and a dump that takes longer is one to know of. */
export const DEFAULT_DUMP_MS = 3_600_000;

/**
 * Does the work with a signal that says stop when its time is over, too.
 * @param what begins the message
 * @throws BACKUP_DUMP_FAILED when it was stopped for that
 */
export async function inTime<T>(
  what: string,
  timeoutMs: number | undefined,
  signal: AbortSignal,
  work: (until: AbortSignal) => Promise<T>,
): Promise<T> {
  const limitMs = timeoutMs ?? DEFAULT_DUMP_MS;
  const late = AbortSignal.timeout(limitMs);
  try {
    return await work(AbortSignal.any([signal, late]));
  } catch (error) {
    if (error !== late.reason || signal.aborted) throw error;
    throw backupError(
      "BACKUP_DUMP_FAILED",
      `${what} did not end within ${limitMs / 1_000} s and was stopped; nothing of it is used. See what it waits for, or give it a longer \`timeoutMs\`.`,
      error,
    );
  }
}
