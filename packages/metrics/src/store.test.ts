import { METRIC_TABLE } from "@mcp-ops/formats";
import { expect, test } from "vitest";
import { exchangeOf, observe, resultOf, samples, total } from "../testing/exchanges.ts";
import { metrics } from "./metrics.ts";

const MAX_SERIES = 1000;

test("the cap holds however many tools a server has, and the totals stay true", async () => {
  const m = metrics({ processMetrics: false, maxSeries: MAX_SERIES });
  for (let tool = 0; tool < 500; tool++) await observe(m, exchangeOf({ target: `tool ${tool}` }));
  const found = await samples(m);
  expect(Object.keys(found).length).toBeLessThanOrEqual(MAX_SERIES);
  expect(total(found, "mcp_requests_total")).toBe(500);
  expect(total(found, "mcp_request_duration_seconds_count")).toBe(500);
  expect(total(found, "mcp_server_operation_duration_seconds_count")).toBe(500);
});

test("beyond the cap a new tool counts under _other, with its method and status still told, and that is counted", async () => {
  const m = metrics({ processMetrics: false, maxSeries: MAX_SERIES });
  for (let tool = 0; tool < 500; tool++) await observe(m, exchangeOf({ target: `tool ${tool}` }));
  await observe(m, exchangeOf({ target: "late" }), resultOf({ isError: true }));
  const found = await samples(m);
  const folded = 'mcp_requests_total{server="shop",method="tools/call",target="_other",status="tool_error"}';
  expect(found[folded]).toBe(1);
  const ownSeries = Object.keys(found).filter((series) => /^mcp_requests_total.*target="tool /.test(series)).length;
  expect(found['mcp_ops_series_dropped_total{metric="mcp_requests_total"}']).toBe(501 - ownSeries);
});

test("what was counted before the cap was reached goes on in its own series", async () => {
  const m = metrics({ processMetrics: false, maxSeries: MAX_SERIES });
  for (let tool = 0; tool < 500; tool++) await observe(m, exchangeOf({ target: `tool ${tool}` }));
  await observe(m, exchangeOf({ target: "tool 0" }));
  const series = 'mcp_requests_total{server="shop",method="tools/call",target="tool 0",status="success"}';
  expect((await samples(m))[series]).toBe(2);
});

test("when even _other has no room, one series with every label _other takes what is left", async () => {
  const m = metrics({ processMetrics: false, maxSeries: MAX_SERIES });
  for (let server = 0; server < 500; server++) await observe(m, exchangeOf({ server: `server ${server}` }));
  const found = await samples(m);
  expect(Object.keys(found).length).toBeLessThanOrEqual(MAX_SERIES);
  expect(found['mcp_requests_total{server="_other",method="_other",target="_other",status="_other"}']).toBeGreaterThan(
    1,
  );
  expect(total(found, "mcp_requests_total")).toBe(500);
  expect(total(found, "mcp_requests_in_flight")).toBe(0);
});

test("every label of ours that can hold a name from outside is among those the table bounds", () => {
  const targets = METRIC_TABLE.flatMap((row) => row.labels.filter((label) => label.target).map((label) => label.name));
  expect(new Set(targets)).toEqual(new Set(["target", "gen_ai_tool_name", "gen_ai_prompt_name"]));
});
