import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { METRIC } from "@mcp-ops/formats";
import { CALLS, of, part, SERVER } from "./queries.ts";

/** Where every query goes. */
export const PROMETHEUS = { type: "prometheus", uid: "${datasource}" } as const;

export type Variable = Builder<VariableModel>;

/** The Prometheus to ask: the one that is Grafana's default, until somebody chooses another. */
export function datasource(): Variable {
  return new DatasourceVariableBuilder("datasource")
    .label("Prometheus")
    .description("The data source that scrapes your servers or their sidecars.")
    .current({ selected: true, text: "default", value: "default" })
    .type("prometheus");
}

/** Where links to traces lead. Without a Tempo it stays empty, and only these links are of no use. */
export function traces(): Variable {
  return new DatasourceVariableBuilder("traces")
    .label("Traces")
    .description("Optional: the Tempo in which to look for traces.")
    .type("tempo");
}

/** Jobs that show one of these metrics. */
export function job(...metrics: readonly string[]): Variable {
  const series = metrics.length === 1 ? `${metrics[0]}` : `{__name__=~"${metrics.join("|")}"}`;
  return choice("job", "Job", "Scrape jobs of your Prometheus that show what is needed here.", "job", series);
}

/** Servers that show this metric. */
export function server(metric: string = METRIC.requests): Variable {
  return choice("server", "Server", "Names of MCP servers, as given to watch() or --name.", "server", of(metric));
}

/** The semconv family has the same label. */
export function serverOfSemconv(): Variable {
  return server(part(METRIC.serverOperation, "count"));
}

/** Tools that were called. */
export function tool(): Variable {
  const series = of(METRIC.requests, SERVER, CALLS);
  return choice("tool", "Tool", "Tools that were called in the time shown.", "target", series);
}

/** Any other label, such as a backup set. */
export function labelOf(name: string, label: string, metric: string, ...matchers: readonly string[]): Variable {
  return choice(name, label, `${label}s that ${metric} is shown for.`, name, of(metric, ...matchers));
}

/** `allValue` is `.*`, so that All also has series to which the label is missing, and stays short in the URL of a query. */
function choice(name: string, label: string, description: string, of: string, series: string): Variable {
  return new QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(PROMETHEUS)
    .query({ qryType: 1, query: `label_values(${series}, ${of})`, refId: `variable-${name}` })
    .definition(`label_values(${series}, ${of})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current({ selected: true, text: ["All"], value: ["$__all"] });
}
