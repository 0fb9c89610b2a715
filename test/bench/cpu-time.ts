import { setTimeout as elapse } from "node:timers/promises";

/** The loop turns in it, and does what was put off until then. */
const PUT_OFF_MS = 2;

/** CPU time of this thread in microseconds, once what the calls before have left to be done at once is done. */
export async function settledCpuUs(): Promise<number> {
  await elapse(PUT_OFF_MS);
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
