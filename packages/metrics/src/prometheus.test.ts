import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { Counter } from "prom-client";
import { describe, expect, test } from "vitest";
import { exchangeOf, observe } from "../testing/exchanges.ts";
import { program } from "../testing/program.ts";
import { type Metrics, metrics } from "./metrics.ts";

const { name, missing } = program("prometheus");

type Labels = Record<string, string>;

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

function configFor(port: number): string {
  const jobs = ["classic", "openmetrics"].map(
    (job) =>
      `  - job_name: ${job}\n    metrics_path: /${job}\n    static_configs: [{targets: ["127.0.0.1:${port}"]}]\n`,
  );
  return `global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n${jobs.join("")}`;
}

/** Where a Prometheus that was told to take any port listens, from its log. */
async function originOf(log: Readable): Promise<string> {
  let said = "";
  for await (const chunk of log.iterator({ destroyOnReturn: false })) {
    said += chunk;
    const address = /"Listening on" address=(\S+)/.exec(said)?.[1];
    if (address !== undefined) {
      log.resume();
      return `http://${address}`;
    }
  }
  throw new Error(`Prometheus ended before it listened: ${said}`);
}

/** Asks until Prometheus answers with as many series as expected. */
async function ask(origin: string, query: string, enough: (found: Labels[]) => boolean): Promise<Labels[]> {
  for (const until = Date.now() + 20_000; Date.now() < until; await wait(100)) {
    const url = `${origin}/api/v1/query?${new URLSearchParams({ query })}`;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok !== true) continue;
    const { data } = (await answer.json()) as { data: { result: { metric: Labels }[] } };
    const found = data.result.map(({ metric }) => metric);
    if (enough(found)) return found;
  }
  throw new Error(`Prometheus never gave enough for ${query}.`);
}

describe.skipIf(missing)("a real Prometheus", () => {
  test("finds the same series in both formats, and rejects neither", async () => {
    const m = metrics();
    new Counter({ name: "orders", help: "A counter not named _total.", registers: [m.registry] }).inc();
    const trace = { traceId: "a".repeat(32), spanId: "b".repeat(16), sampled: true };
    await observe(m, exchangeOf({ trace, target: 'a "quoted" \\ name\nof two lines' }));
    const target = serve(m);
    const folder = await mkdtemp(join(tmpdir(), "mcp-ops-prometheus-"));
    await writeFile(join(folder, "prometheus.yml"), configFor(await listen(target)));
    const flags = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`];
    const prometheus = spawn(name, [...flags, "--web.listen-address=127.0.0.1:0"]);
    try {
      const origin = await originOf(prometheus.stderr);
      await ask(origin, "up == 1", (found) => found.length === 2);
      const series = await ask(origin, '{__name__=~"mcp_.+|orders"}', (found) => {
        const count = (job: string) => found.filter((labels) => labels.job === job).length;
        return count("classic") > 0 && count("classic") === count("openmetrics");
      });
      const of = (name: string) =>
        series
          .filter(({ job }) => job === name)
          .map(({ job: _job, ...labels }) => JSON.stringify(Object.entries(labels).sort()))
          .sort();
      expect(of("openmetrics")).toEqual(of("classic"));
      expect(of("classic").some((labels) => labels.includes("mcp_request_duration_seconds_bucket"))).toBe(true);
    } finally {
      prometheus.kill();
      await once(prometheus, "exit");
      target.close();
      target.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
