import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Counter } from "prom-client";
import { describe, expect, test, vi } from "vitest";
import { exchangeOf, observe } from "../testing/exchanges.ts";
import { program } from "../testing/program.ts";
import { Prometheus } from "../testing/prometheus.ts";
import { type Metrics, metrics } from "./metrics.ts";

const { missing } = program("prometheus");
const PATIENCE = { timeout: 20_000, interval: 100 };

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** `/classic` and `/openmetrics`, whatever the scraper would like. */
function serve(m: Metrics): Server {
  return createServer(async (request, response) => {
    const { contentType, body } = await m.scrape({ openMetrics: request.url === "/openmetrics" });
    response.setHeader("content-type", contentType).end(body);
  });
}

function configFor(port: number): object {
  const jobs = ["classic", "openmetrics"].map((job) => ({
    job_name: job,
    metrics_path: `/${job}`,
    static_configs: [{ targets: [`127.0.0.1:${port}`] }],
  }));
  return { global: { scrape_interval: "1s", scrape_timeout: "1s" }, scrape_configs: jobs };
}

describe.skipIf(missing)("a real Prometheus", () => {
  test("finds the same series in both formats, and rejects neither", async () => {
    const m = metrics();
    new Counter({ name: "orders", help: "A counter not named _total.", registers: [m.registry] }).inc();
    const trace = { traceId: "a".repeat(32), spanId: "b".repeat(16), sampled: true };
    await observe(m, exchangeOf({ trace, target: 'a "quoted" \\ name\nof two lines' }));
    const target = serve(m);
    const folder = await mkdtemp(join(tmpdir(), "mcp-ops-prometheus-"));
    const prometheus = await Prometheus.start(folder, configFor(await listen(target)));
    const found = async (query: string) => (await prometheus.query(query)).map(({ labels }) => labels);
    try {
      await vi.waitFor(async () => expect(await found("up == 1")).toHaveLength(2), PATIENCE);
      const series = await vi.waitFor(async () => {
        const all = await found('{__name__=~"mcp_.+|orders"}');
        const count = (job: string) => all.filter((labels) => labels.job === job).length;
        expect(count("classic")).toBeGreaterThan(0);
        expect(count("classic")).toBe(count("openmetrics"));
        return all;
      }, PATIENCE);
      const of = (name: string) =>
        series
          .filter(({ job }) => job === name)
          .map(({ job: _job, ...labels }) => JSON.stringify(Object.entries(labels).sort()))
          .sort();
      expect(of("openmetrics")).toEqual(of("classic"));
      expect(of("classic").some((labels) => labels.includes("mcp_request_duration_seconds_bucket"))).toBe(true);
    } finally {
      await prometheus[Symbol.asyncDispose]();
      target.close();
      target.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
