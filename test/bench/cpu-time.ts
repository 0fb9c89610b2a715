import { setTimeout as elapse } from "node:timers/promises";

/** Longer than anything of ours puts off what it has to do for calls that have ended, but for writes of seconds. */
const PUT_OFF_MS = 2;

/** CPU time of this thread in microseconds, once what was put off is done: it belongs to the calls before. */
export async function settledCpuUs(): Promise<number> {
  await elapse(PUT_OFF_MS);
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
