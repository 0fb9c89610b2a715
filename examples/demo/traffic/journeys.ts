import { setTimeout as pause } from "node:timers/promises";
import { LISTEN_METHOD } from "@mcp-ops/formats";
import { BOARD } from "../server/pages.ts";
import type { DemoClient } from "./client.ts";
import type { Turn } from "./turn.ts";

const ENDLESS = { city: "Kyoto", days: 10_000 };

/** Has a trip planned and withdraws while the server works on it. On 2026-07-28 that closes the response stream. */
export async function cancelTrip(turn: Turn): Promise<void> {
  const change = new AbortController();
  await givenUp(turn, turn.client, () => change.abort(), change.signal);
  turn.tally.add("tools/call", "plan_trip", "cancelled");
}

/** Somebody connects, has a trip planned and goes away in the middle, without a word. */
export async function visitBriefly(turn: Turn): Promise<void> {
  const visitor = await turn.visitor();
  await givenUp(turn, visitor, () => visitor.close());
  turn.tally.add("tools/call", "plan_trip", "lost");
}

/** Follows the board for a while. */
export async function followBoard({ client, tally, random, ending }: Turn): Promise<void> {
  const subscription = await client.listen?.(BOARD);
  if (subscription === undefined) return;
  await pause(random.between(1_000, 4_000), undefined, { signal: ending }).catch(() => {});
  await subscription.close();
  const endings = { local: "cancelled", graceful: "success", remote: "lost" };
  tally.add(LISTEN_METHOD, "", endings[await subscription.closed]);
}

/** Gives up a little after the first progress: by then the server has the call for certain. */
async function givenUp(
  turn: Turn,
  client: DemoClient,
  giveUp: () => unknown,
  signal: AbortSignal | undefined = undefined,
): Promise<void> {
  const patience = turn.random.between(20, 200);
  const { promise: begun, resolve: onprogress } = Promise.withResolvers<void>();
  const call = client.callTool("plan_trip", ENDLESS, { onprogress, ...(signal && { signal }) }).catch(() => {});
  // One that fails at once never makes progress.
  await Promise.race([begun, call]);
  await pause(patience);
  await giveUp();
  await call;
}
