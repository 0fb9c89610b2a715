import { setTimeout as pause } from "node:timers/promises";
import { metrics, opsEndpoint } from "@mcp-ops/kit";
import { ending } from "./ending.ts";
import { compare, tallyOf } from "./figures/compare.ts";
import type { Sample } from "./figures/exposition.ts";
import { figuresOf } from "./figures/figures.ts";
import { scrape } from "./figures/scrape.ts";
import { momentsOf } from "./moments.ts";
import type { DemoOptions } from "./options.ts";
import { displayOn } from "./screen/display.ts";
import { summary } from "./screen/summary.ts";
import { painter } from "./screen/terminal.ts";
import { demoServer } from "./server/server.ts";
import { startTraffic, type Traffic } from "./traffic/traffic.ts";

/** Finer than the default ones, because on one machine milliseconds tell calls apart. In seconds. */
const BUCKETS = [
  0.0001, 0.0002, 0.0003, 0.0004, 0.0005, 0.0007, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1,
  0.125, 0.15, 0.175, 0.2, 0.25, 0.3, 0.5, 1,
];

/** How long after the last client the last exchange may end. */
const SETTLE_MS = 2_000;

/** Runs the demo to its end. Every figure it shows is read from `/metrics`, as a Prometheus would. Gives whether clients and metrics agree. */
export async function runDemo({ port, seed, forMs }: DemoOptions, stdout: NodeJS.WriteStream): Promise<boolean> {
  const measured = metrics({ buckets: BUCKETS });
  await using ops = await opsEndpoint({ metrics: measured, ...(port !== undefined && { listen: { port } }) });
  await using server = await demoServer(seed, measured);
  const metricsUrl = `${ops.url}/metrics`;
  const traffic = await startTraffic(server.url, seed);
  using end = ending(forMs);
  using display = displayOn(stdout);
  const momentOf = momentsOf(metricsUrl, forMs);
  while (!end.signal.aborted) {
    display.show(momentOf(await scrape(metricsUrl)));
    await pause(display.everyMs, undefined, { signal: end.signal }).catch(() => {});
  }
  await traffic.stop();
  const last = await settled(metricsUrl, traffic);
  display.finish(momentOf(last));
  const { agrees, lines } = summary(traffic.tally, tallyOf(last), inFlight(last), painter(stdout));
  stdout.write(`\n${lines.join("\n")}\n`);
  return agrees;
}

/** The first scrape that agrees with the clients; the last one when none does in time. */
async function settled(metricsUrl: string, { tally }: Traffic): Promise<readonly Sample[]> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const samples = await scrape(metricsUrl);
    const done = inFlight(samples) === 0 && compare(tally, tallyOf(samples)).length === 0;
    if (done || performance.now() > deadline) return samples;
    await pause(20);
  }
}

function inFlight(samples: readonly Sample[]): number {
  return figuresOf(samples).reduce((sum, figure) => sum + figure.inFlight, 0);
}
