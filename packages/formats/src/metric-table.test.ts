import { describe, expect, test } from "vitest";
import { PROTOCOL_REVISIONS } from "./metric-labels.ts";
import { METRIC, METRIC_TABLE } from "./metric-table.ts";

test("every name of ours has one row, and every row one name", () => {
  const ours = METRIC_TABLE.filter(({ family }) => family !== "process").map(({ name }) => name);
  expect(ours.toSorted()).toEqual(Object.values(METRIC).toSorted());
  expect(new Set(METRIC_TABLE.map(({ name }) => name)).size).toBe(METRIC_TABLE.length);
});

// Of prom-client's own names some break the rules; they are what dashboards for Node expect.
describe.each(METRIC_TABLE.filter(({ family }) => family !== "process"))("$name", ({ name, type, help, ...row }) => {
  test("is named as Prometheus wants it", () => {
    expect(name).toMatch(/^mcp_[a-z_]+$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
    expect(help).toMatch(/^[A-Z1].*\.$/);
  });

  test("ends with its unit", () => {
    if (row.unit !== undefined) expect(name.endsWith(`_${row.unit}`)).toBe(true);
  });

  test("has labels that differ and none that Prometheus keeps for itself", () => {
    const names = row.labels.map((label) => label.name);
    expect(new Set(names).size).toBe(names.length);
    for (const label of names) {
      expect(label).toMatch(/^[a-z][a-z_]*$/);
      expect(["le", "quantile", "job", "instance"]).not.toContain(label);
    }
  });

  test("has rising buckets exactly when it is a histogram", () => {
    expect(row.buckets !== undefined).toBe(type === "histogram");
    expect(row.buckets).toEqual(row.buckets?.toSorted((a, b) => a - b));
  });
});

test("no metric of a server is without the label server, but the memory its process shares", () => {
  const without = METRIC_TABLE.filter(({ family, labels }) => {
    return (family === "classic" || family === "semconv") && !labels.some((label) => label.name === "server");
  });
  expect(without.map(({ name }) => name)).toEqual([METRIC.memory]);
});

test("no label is named after a client, an id, a session or a principal", () => {
  const names = new Set(METRIC_TABLE.flatMap(({ labels }) => labels.map((label) => label.name)));
  for (const name of names) expect(name).not.toMatch(/client|session|principal|user|(^|_)id($|_)|uri|params|argument/);
});

test("the buckets and names of the OpenTelemetry convention are as it prescribes them", () => {
  const semconv = METRIC_TABLE.filter(({ family }) => family === "semconv");
  expect(semconv.map(({ name }) => name)).toEqual([
    "mcp_server_operation_duration_seconds",
    "mcp_client_operation_duration_seconds",
    "mcp_server_session_duration_seconds",
  ]);
  for (const { buckets } of semconv) {
    expect(buckets).toEqual([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]);
  }
});

test("the revisions are those the protocol has published, in their order", () => {
  expect(PROTOCOL_REVISIONS).toEqual(PROTOCOL_REVISIONS.toSorted());
  expect(PROTOCOL_REVISIONS.at(-1)).toBe("2026-07-28");
});
