import { fileURLToPath } from "node:url";
import { House } from "../sidecar/house.ts";

const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/mcp-ops.js", import.meta.url));
const CLOCK = fileURLToPath(new URL("../sidecar/fast-clock.ts", import.meta.url));
const SHOP = new URL("../sidecar/shop-child.ts", import.meta.url);
/** A second is a minute, for what is judged by minutes. */
export const BY_MINUTES = 60;
/** A second is an hour: what needs a day to be said is said in half a minute. */
export const BY_HOURS = 3_600;
const MIDNIGHT = Date.parse("2026-10-20T00:00:00Z");

const CONFIG = `
cost: { everyMs: 1000, budgets: { shop: { server: shop, period: day, limit: 100 } } }
slo:
  probeEveryMs: 1000
  objectives:
    shop-up: { server: shop, kind: availability, objective: 0.999 }
    shop-fast: { server: shop, kind: latency, thresholdMs: 250, objective: 0.99 }
    pays: { server: shop, target: pay, kind: errors, objective: 0.99 }
`;

/** A sidecar and a server whose time of day goes faster. */
export interface Ahead extends AsyncDisposable {
  /** The listener `probes`, as `host:port`. */
  readonly probes: string;
}

export async function startAhead(speed: number): Promise<Ahead> {
  await using rest = new AsyncDisposableStack();
  const house = rest.use(new House());
  const clock = { FAST_CLOCK: `${Date.now()} ${MIDNIGHT} ${speed}` };
  await house.child(SHOP, [], { ...clock, NODE_OPTIONS: `--import=${CLOCK}` });
  const daemon = await house.daemon(CONFIG, clock, ["--import", CLOCK, COMMAND, "sidecar", "--json"]);
  const kept = rest.move();
  return { probes: new URL(daemon.probes).host, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
