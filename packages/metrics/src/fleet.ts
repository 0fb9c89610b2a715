import { createHash } from "node:crypto";
import type { Exchange, Observer, Outcome } from "@mcp-ops/exchange";
import { METRIC, METRIC_TABLE, OTHER } from "@mcp-ops/formats";
import type { Metrics } from "./metrics.ts";

/** More servers than a machine runs. What comes beyond counts as `_other`. */
const MAX_SERIES = 1000;
/** Listings under way, and listings remembered: one per server and principal. */
const MAX_LISTINGS = 1000;

const COUNTERS = METRIC_TABLE.filter(({ family, type }) => family === "fleet" && type === "counter");

/** What is known of servers that run outside this process. */
export interface Fleet {
  /** Counts failed handshakes and changed lists of tools. */
  readonly observer: Observer;
  /** Shows `mcp_server_up` of a server. Its name may become known later. Gives what takes it away again. */
  showUp(server: () => string, isUp: () => boolean): () => void;
  /** Counts in a metric of the family `fleet`. */
  count(metric: string, server: string, from?: "client" | "server"): void;
}

const fleets = new WeakMap<object, Fleet>();

/** The fleet that these metrics show: one for all that watch servers from this process. */
export function fleet(metrics: Metrics): Fleet {
  let found = fleets.get(metrics.registry);
  if (found === undefined) {
    found = openFleet(metrics);
    fleets.set(metrics.registry, found);
  }
  return found;
}

function openFleet(metrics: Metrics): Fleet {
  const ups = new Set<{ readonly server: () => string; readonly isUp: () => boolean }>();
  const counters = new Map(COUNTERS.map(({ name }) => [name, new Counter()]));
  metrics.show({ name: METRIC.serverUp, read: () => samplesOf(ups) });
  for (const [name, counter] of counters) metrics.show({ name, read: () => counter.samples() });
  const count: Fleet["count"] = (metric, server, from) =>
    counters.get(metric)?.add(from ? { server, from } : { server });
  return {
    observer: fleetObserver(count),
    showUp(server, isUp) {
      const up = { server, isUp };
      if (ups.size < MAX_SERIES) ups.add(up);
      return () => void ups.delete(up);
    },
    count,
  };
}

/** Of several by one name, one that is down must not hide behind another. */
function samplesOf(ups: ReadonlySet<{ readonly server: () => string; readonly isUp: () => boolean }>) {
  const values = new Map<string, number>();
  for (const { server, isUp } of ups) values.set(server(), Math.min(values.get(server()) ?? 1, isUp() ? 1 : 0));
  return [...values].map(([server, value]) => ({ labels: { server }, value }));
}

class Counter {
  readonly #samples = new Map<string, { readonly labels: Readonly<Record<string, string>>; value: number }>();

  samples(): readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[] {
    return [...this.#samples.values()];
  }

  add(labels: Readonly<Record<string, string>>): void {
    const key = JSON.stringify(labels);
    const known = this.#samples.get(key);
    if (known !== undefined) known.value++;
    else if (this.#samples.size < MAX_SERIES || labels.server === OTHER) this.#samples.set(key, { labels, value: 1 });
    else this.add({ ...labels, server: OTHER });
  }
}

function fleetObserver(count: Fleet["count"]): Observer {
  const listings = new Listings((server) => count(METRIC.toolListChanges, server));
  return async function fleetFacts(exchange, next) {
    const outcome = await next();
    if (exchange.direction !== "inbound" || exchange.kind !== "request") return;
    if (exchange.method === "initialize" && outcome.kind !== "result")
      count(METRIC.initializeFailures, exchange.server);
    if (exchange.method === "tools/list") listings.saw(exchange, outcome);
  };
}

/** Notices when a server lists other tools than it did to the same principal. A list may come in pages. */
class Listings {
  readonly #onChange: (server: string) => void;
  readonly #known = new Map<string, string>();
  readonly #underWay = new Map<string, string>();

  constructor(onChange: (server: string) => void) {
    this.#onChange = onChange;
  }

  saw({ server, principal, params }: Exchange, outcome: Outcome): void {
    if (outcome.kind !== "result") return;
    const whose = JSON.stringify([server, principal]);
    const before = params?.cursor === undefined ? "" : this.#underWay.get(`${whose}${String(params.cursor)}`);
    if (before === undefined) return;
    const hash = createHash("sha256")
      .update(before)
      .update(JSON.stringify(outcome.result.tools) ?? "");
    const digest = hash.digest("base64");
    const { nextCursor } = outcome.result;
    if (typeof nextCursor === "string") return remember(this.#underWay, `${whose}${nextCursor}`, digest);
    const last = this.#known.get(whose);
    remember(this.#known, whose, digest);
    if (last !== undefined && last !== digest) this.#onChange(server);
  }
}

/** The oldest makes room. */
function remember(map: Map<string, string>, key: string, value: string): void {
  map.delete(key);
  const [oldest] = map.keys();
  if (map.size >= MAX_LISTINGS && oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
