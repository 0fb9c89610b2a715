import type { Panel, VariableModel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import { expect, it } from "vitest";
import { lint } from "../testing/lint.ts";
import { dashboards, type GrafanaDashboard } from "./dashboards.ts";
import { panelsOf, targetsOf } from "./expressions.ts";

it("finds nothing wrong with any dashboard", () => {
  expect(lint(dashboards())).toEqual([]);
});

/** A figure, a graph and a table: enough to make every mistake in. */
interface Parts {
  readonly json: GrafanaDashboard["json"];
  readonly stat: Panel;
  readonly graph: Panel;
  readonly asked: Dataquery;
  readonly variable: VariableModel;
}

type Mistake = readonly [name: string, make: (parts: Parts) => void, fault: string];

const OF_THE_WHOLE: readonly Mistake[] = [
  ["can be edited", ({ json }) => Object.assign(json, { editable: true }), "can be edited"],
  ["has another's uid", ({ json }) => Object.assign(json, { uid: "mcp-ops-server" }), "another uid"],
  ["says nothing of itself", ({ json }) => Object.assign(json, { description: "" }), "lacks a title or a description"],
  ["is not in the menu", ({ json }) => Object.assign(json, { tags: [] }), "lacks the tag"],
  ["has no variables", ({ json }) => Object.assign(json.templating!, { list: [] }), "lacks the variables"],
  ["has an empty menu", ({ json }) => Object.assign(json.links![0]!, { tags: ["nowhere"] }), "is an empty menu"],
];

const OF_A_PANEL: readonly Mistake[] = [
  ["has no title", ({ stat }) => Object.assign(stat, { title: "" }), "has no title"],
  ["has no description", ({ stat }) => Object.assign(stat, { description: "" }), "has no description"],
  ["has no unit", ({ stat }) => Object.assign(stat.fieldConfig!.defaults, { unit: "" }), "has no unit"],
  ["asks nothing", ({ stat }) => Object.assign(stat, { targets: [] }), "asks nothing"],
  ["has another's id", ({ stat, graph }) => Object.assign(graph, { id: stat.id }), "has the id of another panel"],
  ["lies over another", ({ stat, graph }) => Object.assign(graph, { gridPos: stat.gridPos }), "lies over another"],
  ["does not fit", ({ graph }) => Object.assign(graph.gridPos!, { x: 20, w: 8 }), "does not fit the grid"],
  [
    "goes to one data source",
    ({ asked }) => Object.assign(asked, { datasource: { type: "prometheus", uid: "P1809F7CD0C75ACF3" } }),
    "asks another data source",
  ],
  [
    "names what is not there",
    ({ asked }) => Object.assign(asked, { legendFormat: "{{method}}" }),
    "has a label in its legend that is summed away",
  ],
  ["is not read anew", ({ variable }) => Object.assign(variable, { refresh: 1 }), "is not read anew"],
];

/** What is asked, and what is wrong with it. */
const OF_AN_EXPRESSION: readonly (readonly [expr: string, fault: string])[] = [
  ['sum(up{job=~"$job"}', "is no PromQL"],
  ["1 + 1", "asks for no metric"],
  ["sum(up)", "does not go by the job"],
  ['sum(up{job="mcp-ops"})', "does not go by the job"],
  ['mcp_requests_in_flight{job=~"$job",server="travel-desk"}', "has a name in it"],
  ['sum(mcp_requests_total{job=~"$job"})', "shows a counter itself"],
  ['rate(sum(mcp_requests_total{job=~"$job"})[5m:])', "shows a counter itself"],
  ['rate(mcp_requests_in_flight{job=~"$job"}[$__rate_interval])', "takes the rate of a gauge"],
  ['sum(rate(mcp_requests_total{job=~"$job"}[1m]))', "goes by 1 min"],
  ['sum(increase(mcp_requests_total{job=~"$job"}[$__range]))', "takes the whole time shown"],
  ['sum(rate(mcp_request_total{job=~"$job"}[$__rate_interval]))', "which nobody shows"],
  ['sum(nodejs_active_timers{job=~"$job"})', "which nobody shows"],
  ['sum(mcp_requests_in_flight{job=~"$job",status="success"})', "by a label that is not there"],
  ['sum(mcp_requests_in_flight{job=~"$job",method=~"$method"})', "uses a variable that is not here"],
  [
    'histogram_quantile(0.9, sum by (method) (rate(mcp_request_duration_seconds_bucket{job=~"$job"}[$__rate_interval])))',
    "not summed by le",
  ],
  [
    'histogram_quantile(0.9, rate(mcp_request_duration_seconds_bucket{job=~"$job"}[$__rate_interval]))',
    "not summed by le",
  ],
  ['sum(rate(mcp_request_duration_seconds_bucket{job=~"$job"}[$__rate_interval]))', "loses the bounds"],
  ['sum by (le) (mcp_request_duration_seconds_bucket{job=~"$job"})', "shows a counter itself"],
];

const OF_A_LINK: readonly (readonly [url: string, fault: string])[] = [
  ["/d/mcp-ops-nowhere?${__url_time_range}", "which does not exist"],
  ["/d/mcp-ops-server?var-server=x", "does not keep the time"],
  ["/d/mcp-ops-server?${__url_time_range}&var-tool=x", "sets a variable that its target does not have"],
  ["/d/mcp-ops-server?${__url_time_range}&${group:queryparam}", "passes a variable that is not here"],
];

it.each([
  ...OF_THE_WHOLE,
  ...OF_A_PANEL,
  ...OF_AN_EXPRESSION.map(
    ([expr, fault]): Mistake => [`asks ${expr}`, ({ asked }) => Object.assign(asked, { expr }), fault],
  ),
  ...OF_A_LINK.map(
    ([url, fault]): Mistake => [
      `leads to ${url}`,
      ({ graph }) => Object.assign(graph.fieldConfig!.defaults.links![0]!, { url }),
      fault,
    ],
  ),
])("finds a dashboard that %s", (_, make, fault) => {
  const found = lint(withMistake(make));
  expect(found.map((finding) => finding.fault).join("\n")).toContain(fault);
  expect(new Set(found.map(({ dashboard }) => dashboard))).toEqual(new Set(["overview"]));
});

it("finds two dashboards of one uid", () => {
  const all = dashboards().map((dashboard) => ({ ...dashboard, uid: "mcp-ops-overview" }));
  expect(lint(all).some(({ fault }) => fault === "has the uid of another dashboard")).toBe(true);
});

/** All of them, with one mistake in the overview. */
function withMistake(make: (parts: Parts) => void): readonly GrafanaDashboard[] {
  const all = dashboards();
  const json = all.find(({ name }) => name === "overview")!.json;
  const [stat, graph] = ["stat", "timeseries"].map((type) => panelsOf(json).find((panel) => panel.type === type)!);
  const variable = json.templating!.list!.find(({ type }) => type === "query")!;
  make({ json, stat: stat!, graph: graph!, asked: targetsOf(graph!)[0]!, variable });
  return all;
}
