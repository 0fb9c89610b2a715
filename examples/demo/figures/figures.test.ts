import { describe, expect, test } from "vitest";
import { compare } from "./compare.ts";
import { parseExposition } from "./exposition.ts";
import { errorsOf, figuresOf, totalOf } from "./figures.ts";
import { addBuckets, quantile } from "./quantile.ts";
import { Tally } from "./tally.ts";

describe("a quantile", () => {
  const buckets = new Map([
    [0.1, 10],
    [0.2, 30],
    [0.5, 36],
    [Number.POSITIVE_INFINITY, 40],
  ]);

  // The expected values are those promtool 2.42 gives for histogram_quantile over the same buckets.
  test.each([
    [0.1, 0.04],
    [0.5, 0.15],
    [0.85, 0.4],
    [0.99, 0.5],
  ])("of %d is %d, as PromQL says", (q, expected) => {
    expect(quantile(q, buckets)).toBeCloseTo(expected, 12);
  });

  test("of nothing is not known", () => {
    expect(quantile(0.5, new Map())).toBeUndefined();
    expect(quantile(0.5, new Map([[Number.POSITIVE_INFINITY, 0]]))).toBeUndefined();
  });

  test("of a sum of histograms counts each of them", () => {
    expect(addBuckets([buckets, buckets]).get(0.2)).toBe(60);
  });
});

test("an exposition is read with its escapes, infinities and comments", () => {
  const text = '# HELP a b\n# TYPE a counter\na{x="1\\n\\"2\\" \\\\",y="{}"} 3\nb_bucket{le="+Inf"} 4\nc +Inf\n';
  expect(parseExposition(text)).toEqual([
    { name: "a", labels: { x: '1\n"2" \\', y: "{}" }, value: 3 },
    { name: "b_bucket", labels: { le: "+Inf" }, value: 4 },
    { name: "c", labels: {}, value: Number.POSITIVE_INFINITY },
  ]);
});

test("figures are summed by method and told apart by target; leaving a listen stream is no error", () => {
  const figures = figuresOf(
    parseExposition(`mcp_requests_total{method="tools/call",target="a",status="success"} 5
mcp_requests_total{method="tools/call",target="a",status="tool_error"} 2
mcp_requests_total{method="tools/call",target="b",status="tool_error"} 1
mcp_requests_total{method="tools/list",target="",status="success"} 4
mcp_requests_total{method="subscriptions/listen",target="",status="cancelled"} 6
mcp_errors_total{method="tools/call",target="a",type="tool_error",category="server"} 2
mcp_errors_total{method="tools/call",target="b",type="tool_error",category="server"} 1
mcp_request_duration_seconds_bucket{method="tools/call",target="a",le="0.1"} 7
mcp_request_duration_seconds_bucket{method="tools/call",target="b",le="0.1"} 1
mcp_requests_in_flight{method="tools/call"} 3
mcp_requests_in_flight{method="ping"} 1`),
  );
  const [calls, lists, , pings] = figures;
  expect(calls).toMatchObject({ method: "tools/call", calls: 8, inFlight: 3, buckets: new Map([[0.1, 8]]) });
  expect(calls?.targets.get("a")).toMatchObject({ calls: 7, buckets: new Map([[0.1, 7]]) });
  expect(lists).toMatchObject({ method: "tools/list", calls: 4, targets: new Map() });
  expect(pings).toMatchObject({ method: "ping", calls: 0, inFlight: 1 });
  expect(errorsOf(totalOf(figures))).toEqual([["tool_error", 3]]);
});

test("one request that only one side counted is a difference", () => {
  const [clients, metrics] = [new Tally(), new Tally()];
  for (const tally of [clients, metrics]) tally.add("tools/call", "a", "success", 10);
  expect(compare(clients, metrics)).toEqual([]);
  clients.add("tools/call", "a", "lost");
  metrics.add("tools/call", "a", "success");
  expect(compare(clients, metrics)).toEqual([
    { what: "tools/call a lost", clients: 1, metrics: 0 },
    { what: "tools/call a success", clients: 10, metrics: 11 },
  ]);
});
