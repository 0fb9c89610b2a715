import { setTimeout as pause } from "node:timers/promises";
import { OpsError } from "@mcp-ops/formats";
import type { AdminClient } from "@mcp-ops/sidecar";
import { granted, whoAsks } from "../../asking.ts";
import { type Gap, type Glimpse, gapOf } from "./gap.ts";
import { type GroupView, groupView, leadersOf } from "./group-view.ts";

/** A switchover that has happened. */
export interface HandedOver extends Gap {
  readonly from: string;
  readonly to: string;
}

/** As fast as is polite. */
const LOOK_EVERY_MS = 10;
/** Beyond the time of a lease, which an unconfirmed drain takes. */
const MORE_MS = 10_000;

/** Has the lead handed over, and looks all the time who has it. @throws CLI_DRILL_FAILED, and the refusal of the sidecar */
export async function handOver(client: AdminClient, from: string, to: string, ttlMs: number): Promise<HandedOver> {
  const ordered = new AbortController();
  const watching = watch(client, to, ttlMs + MORE_MS, ordered.signal);
  // Both are asked for at once, and what was refused is said before what was not seen.
  watching.catch(() => {});
  try {
    await order(client, from, to);
  } catch (error) {
    ordered.abort();
    throw error;
  }
  const glimpses = await watching;
  const gap = gapOf(glimpses, to);
  if (gap !== undefined) return { from, to, ...gap };
  const now = glimpses.at(-1)?.leader;
  throw drillFailed(`${from} was to hand over to ${to}, and ${now === undefined ? "nobody" : now} leads`);
}

/** Asks for a dry run when `isDry`. */
export async function order(client: AdminClient, leader: string, candidate: string, isDry = false): Promise<void> {
  const path = `/failover/switchover${isDry ? "?dryRun=1" : ""}`;
  granted(await client.ask("POST", path, { leader, candidate, by: `drill by ${whoAsks()}` }));
}

/** The first look is one before the order has any effect, so there is a leader to be seen. */
async function watch(
  client: AdminClient,
  to: string,
  patienceMs: number,
  stop: AbortSignal,
): Promise<readonly Glimpse[]> {
  const glimpses: Glimpse[] = [];
  const deadline = performance.now() + patienceMs;
  while (!stop.aborted && performance.now() < deadline) {
    const askedAt = performance.now();
    const [leader] = leadersOf(await groupView(client));
    glimpses.push({ askedAt, answeredAt: performance.now(), leader });
    if (leader === to) break;
    await pause(LOOK_EVERY_MS);
  }
  return glimpses;
}

/** Waits for a group in which a node may take the lead. @throws CLI_DRILL_FAILED */
export async function untilReady(
  client: AdminClient,
  obstacles: (view: GroupView) => readonly string[],
  stop: AbortSignal,
): Promise<void> {
  const { timing } = await groupView(client);
  const deadline = performance.now() + timing.coolDownMs + timing.ttlMs + MORE_MS;
  for (;;) {
    const found = obstacles(await groupView(client));
    if (found.length === 0) return;
    if (stop.aborted) throw drillFailed("it was stopped");
    if (performance.now() > deadline) throw drillFailed(found.join("; "));
    await pause(200, undefined, { signal: stop }).catch(() => {});
  }
}

function drillFailed(what: string): OpsError {
  return new OpsError("CLI_DRILL_FAILED", `The drill did not succeed: ${what}. See mcp-ops failover status.`);
}
