import { setTimeout as pause } from "node:timers/promises";
import type { Child } from "./child.ts";
import type { Ending } from "./ending.ts";

/** Ends a server as the specification asks of clients: end of its stdin, then SIGTERM, then SIGKILL (2026-07-28, basic/transports/stdio, shutdown). */
export async function stopChild(child: Child, patienceMs: number): Promise<Ending> {
  child.stdin.end();
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (await isDoneWithin(child.exited, patienceMs)) break;
    child.signal(signal, "group");
  }
  return child.ended;
}

async function isDoneWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  return Promise.race([work.then(() => true), pause(ms, false, { ref: false })]);
}
