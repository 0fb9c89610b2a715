import { METRIC } from "@mcp-ops/formats";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { metrics } from "./metrics.ts";

const quiet = { processMetrics: false };

test("a figure is looked up at each scrape, in both formats", async () => {
  const m = metrics(quiet);
  let records = 1;
  m.show({ name: METRIC.auditRecords, read: () => [{ labels: {}, value: records }] });
  expect((await m.scrape()).body).toContain("# TYPE mcp_audit_records_total counter\nmcp_audit_records_total 1\n");
  records = 2;
  expect((await m.scrape({ openMetrics: true })).body).toContain(
    "# TYPE mcp_audit_records counter\nmcp_audit_records_total 2\n",
  );
});

test("a figure has as many samples as there are now", async () => {
  const m = metrics(quiet);
  const values = [{ labels: { check: "overall" }, value: 0.5 }];
  m.show({ name: METRIC.healthStatus, read: () => values });
  values.push({ labels: { check: "orders" }, value: 0 });
  const { body } = await m.scrape();
  expect(body).toContain('mcp_health_status{check="overall"} 0.5\nmcp_health_status{check="orders"} 0\n');
});

test("shown twice, the first stays", async () => {
  const registry = new Registry();
  metrics({ ...quiet, registry }).show({ name: METRIC.auditPending, read: () => [{ labels: {}, value: 1 }] });
  metrics({ ...quiet, registry }).show({ name: METRIC.auditPending, read: () => [{ labels: {}, value: 2 }] });
  expect((await metrics({ ...quiet, registry }).scrape()).body).toContain("mcp_audit_pending 1\n");
});

test("a figure that cannot be read costs only itself", async () => {
  const m = metrics(quiet);
  const read = () => {
    throw new Error("broken");
  };
  m.show({ name: METRIC.auditPending, read });
  const { body, failures } = await m.scrape();
  expect(failures).toMatchObject([{ metric: "mcp_audit_pending" }]);
  expect(body).toContain('mcp_ops_scrape_errors_total{metric="mcp_audit_pending"} 1');
});

test("a name that somebody else has taken is refused", () => {
  const m = metrics(quiet);
  m.registry.registerMetric({ name: METRIC.healthStatus } as never);
  expect(() => m.show({ name: METRIC.healthStatus, read: () => [] })).toThrow(
    expect.objectContaining({ code: "METRICS_NAME_TAKEN" }),
  );
});
