import { METRIC_TABLE, OpsError } from "@mcp-ops/formats";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { exchangeOf, observe, samples, total } from "../testing/exchanges.ts";
import { metrics } from "./metrics.ts";
import type { MetricsOptions } from "./options.ts";

const quiet = { processMetrics: false } as const;

describe("a registry of the user's", () => {
  test("shows our metrics beside the user's, with the labels it gives everything", async () => {
    const registry = new Registry();
    registry.setDefaultLabels({ zone: "eu", server: "not this one" });
    new Counter({ name: "orders_total", help: "Orders.", registers: [registry] }).inc(2);
    const m = metrics({ ...quiet, registry });
    await observe(m, exchangeOf());
    expect(m.registry).toBe(registry);
    const { body } = await m.scrape();
    expect(body).toContain('orders_total{zone="eu",server="not this one"} 2\n');
    expect(body).toContain(
      'mcp_requests_total{server="shop",method="tools/call",target="search",status="success",zone="eu"} 1\n',
    );
  });

  test("serves us through prom-client too", async () => {
    const registry = new Registry();
    const m = metrics({ ...quiet, registry });
    await observe(m, exchangeOf());
    expect(await registry.metrics()).toContain(
      'mcp_requests_total{server="shop",method="tools/call",target="search",status="success"} 1\n',
    );
  });

  test("may have Node's own metrics already", async () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const m = metrics({ registry });
    expect((await m.scrape()).failures).toEqual([]);
  });

  test("may have some of them", async () => {
    const registry = new Registry();
    new Gauge({ name: "nodejs_version_info", help: "Mine.", registers: [registry] }).set(7);
    const { body } = await metrics({ registry }).scrape();
    expect(body).toContain("nodejs_version_info 7\n");
    expect(body).toContain("process_cpu_seconds_total ");
  });

  test("that was cleared shows us again from the next metrics() on", async () => {
    const registry = new Registry();
    const m = metrics({ ...quiet, registry });
    await observe(m, exchangeOf());
    registry.clear();
    metrics({ ...quiet, registry });
    expect(total(await samples(m), "mcp_requests_total")).toBe(1);
  });
});

describe("two metrics() on one registry", () => {
  test("share their series, and two servers differ by their label", async () => {
    const registry = new Registry();
    const first = metrics({ ...quiet, registry });
    const second = metrics({ ...quiet, registry });
    await observe(first, exchangeOf({ server: "shop" }));
    await observe(second, exchangeOf({ server: "shop" }));
    await observe(second, exchangeOf({ server: "bank" }));
    const labels = 'method="tools/call",target="search",status="success"';
    expect(await samples(first, "mcp_requests_total")).toEqual({
      [`mcp_requests_total{server="shop",${labels}}`]: 2,
      [`mcp_requests_total{server="bank",${labels}}`]: 1,
    });
  });

  test("may show different names", async () => {
    const registry = new Registry();
    const first = metrics({ ...quiet, registry, names: "classic" });
    const second = metrics({ ...quiet, registry, names: "semconv" });
    await observe(first, exchangeOf({ server: "shop" }));
    await observe(second, exchangeOf({ server: "bank" }));
    const found = Object.keys(await samples(first));
    expect(found.filter((series) => series.includes("bank")).every((series) => series.includes("operation"))).toBe(
      true,
    );
    expect(found.filter((series) => series.includes("shop")).some((series) => series.includes("operation"))).toBe(
      false,
    );
  });

  test("what the second does not say is as the first said", async () => {
    const registry = new Registry();
    metrics({ ...quiet, registry, buckets: [1], maxSeries: 5000 });
    const m = metrics({ registry });
    await observe(m, exchangeOf());
    const { body } = await m.scrape();
    const bounds = [...body.matchAll(/^mcp_request_duration_seconds_bucket\{.*le="(.*?)"/gm)].map(([, bound]) => bound);
    expect(bounds).toEqual(["1.0", "+Inf"]);
    expect(body).not.toContain("process_cpu");
  });

  test.each<[string, MetricsOptions]>([
    ["buckets", { buckets: [2] }],
    ["sizeBuckets", { sizeBuckets: [2] }],
    ["maxSeries", { maxSeries: 9999 }],
  ])("cannot differ in %s", (option, second) => {
    const registry = new Registry();
    metrics({ ...quiet, registry, buckets: [1], sizeBuckets: [1], maxSeries: 5000 });
    expect(errorOf(() => metrics({ ...second, registry }))).toMatchObject({
      code: "METRICS_CONFLICT",
      message: expect.stringContaining(option),
    });
  });
});

test("a name taken by another metric is an error that tells the fix, and leaves the registry as it was", () => {
  const registry = new Registry();
  new Counter({ name: "mcp_errors_total", help: "Mine.", registers: [registry] });
  const error = errorOf(() => metrics({ registry }));
  expect(error.code).toBe("METRICS_NAME_TAKEN");
  expect(error.message).toContain("mcp_errors_total");
  expect(error.message).toContain("Rename that metric, or give metrics() a registry of its own");
  expect(registry.getMetricsAsArray()).toHaveLength(1);
});

describe("a wrong option is an error that tells the fix", () => {
  test.each<[string, unknown, string]>([
    ["an unknown name", { prefix: "x" }, 'has no option "prefix". It has: registry, names, buckets'],
    ["a name every object has", { constructor: 1 }, 'has no option "constructor"'],
    ["no object", null, "takes an object of options, not null"],
    ["names", { names: "otel" }, '"otel" is not a family of names. Give "classic", "semconv" or "both".'],
    ["no registry", { registry: {} }, "Give a Registry of prom-client, or none."],
    ["unsorted buckets", { buckets: [1, 0.5] }, "0.5 follows 1. Sort the bounds, each once."],
    ["a bucket twice", { sizeBuckets: [1, 1] }, "sizeBuckets }): 1 follows 1."],
    ["a bucket +Inf", { buckets: [1, Number.POSITIVE_INFINITY] }, "+Inf is added by itself"],
    ["a text as bucket", { buckets: ["1"] }, "is not a number above 0"],
    ["no bucket", { buckets: [] }, "is not a list of upper bounds"],
    ["no cap", { maxSeries: 0 }, "0 is no cap. Give a whole number."],
    ["a cap too low", { maxSeries: 100 }, "100 is too few for the buckets in use. Give "],
    ["a word for a switch", { processMetrics: "no" }, '"no" is neither true nor false.'],
  ])("%s", (_title, options, words) => {
    const error = errorOf(() => metrics(options as MetricsOptions));
    expect(error.code).toBe("METRICS_BAD_OPTION");
    expect(error.message).toContain(words);
  });

  test("the least cap it names is enough", () => {
    const [least] = /\d+ or more/.exec(errorOf(() => metrics({ maxSeries: 1 })).message)!;
    expect(() => metrics({ ...quiet, maxSeries: Number.parseInt(least, 10) })).not.toThrow();
  });
});

test("faults and overflow are counted", async () => {
  const m = metrics(quiet);
  m.onFault({ source: "audit", kind: "threw", error: new Error("secret") });
  m.onFault({ source: "audit", kind: "threw", error: undefined });
  m.onOverflow();
  expect(await samples(m, "mcp_ops")).toEqual({
    'mcp_ops_observer_faults_total{source="audit",kind="threw"}': 2,
    mcp_ops_exchanges_unobserved_total: 1,
  });
});

test("the memory of the process is there from the first scrape on", async () => {
  const found = await samples(metrics(quiet), "mcp_server_memory_bytes");
  expect(Object.keys(found)).toHaveLength(4);
  expect(found['mcp_server_memory_bytes{kind="rss"}']).toBeGreaterThan(1_000_000);
});

test("the registry holds what the table lists, no more and no less", () => {
  const there = metrics().registry.getMetricsAsArray();
  // What other parts keep comes when they show it.
  const apart = ["health", "audit", "fleet", "guard", "follow", "journal", "cost", "sidecar"];
  const ours = METRIC_TABLE.filter(({ family }) => !apart.includes(family));
  const listed = ours.map(({ name, type, labels }) => ({ name, type, labels: labels.map((row) => row.name) }));
  const found = there.map((metric) => {
    const { name, type, labelNames } = metric as unknown as { name: string; type: string; labelNames: string[] };
    return { name, type, labels: labelNames };
  });
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
  // The table lists what Linux has.
  if (process.platform === "linux") expect(found.sort(byName)).toEqual(listed.sort(byName));
});

function errorOf(action: () => unknown): OpsError {
  try {
    action();
  } catch (error) {
    if (error instanceof OpsError) return error;
    throw error;
  }
  throw new Error("It did not throw.");
}
