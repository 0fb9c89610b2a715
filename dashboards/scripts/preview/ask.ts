/** What Prometheus answers, as series with names. */
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import { EVERYTHING, targetsOf, withValues } from "../../src/expressions.ts";

type Labels = Readonly<Record<string, string>>;
type Point = readonly [ms: number, value: number];

export interface Series {
  /** As its legend says. */
  readonly name: string;
  readonly labels: Labels;
  readonly points: readonly Point[];
}

/** The part of the past that is shown, in seconds since the epoch. */
export interface Shown {
  readonly prometheus: string;
  readonly from: number;
  readonly to: number;
  /** Values of variables that do not stand at All. */
  readonly chosen: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly Result[] };
}

interface Result {
  readonly metric: Labels;
  readonly values?: readonly (readonly [seconds: number, value: string])[];
  readonly value?: readonly [seconds: number, value: string];
}

const STEP_SECONDS = 2;
/** Four scrapes or more, as Grafana would have it for a minute between them; here there is a second. */
const RATE_INTERVAL = "15s";

/** Of each target of a panel, its series. */
export function askFor(panel: Panel, shown: Shown): Promise<readonly (readonly Series[])[]> {
  return Promise.all(targetsOf(panel).map((target) => askTarget(target, shown)));
}

async function askTarget(target: Dataquery, { prometheus, from, to, chosen }: Shown): Promise<readonly Series[]> {
  const values = { ...EVERYTHING, ...chosen, __rate_interval: RATE_INTERVAL, __range: `${Math.round(to - from)}s` };
  const query = withValues(target.expr, values);
  const results = target.instant
    ? await ask(`${prometheus}/api/v1/query`, { query, time: `${to}` })
    : await ask(`${prometheus}/api/v1/query_range`, { query, start: `${from}`, end: `${to}`, step: `${STEP_SECONDS}` });
  return results.map((result) => ({
    name: nameOf(target, result.metric),
    labels: result.metric,
    points: (result.values ?? (result.value ? [result.value] : [])).map(([time, value]) => [
      time * 1000,
      Number(value),
    ]),
  }));
}

async function ask(url: string, parameters: Record<string, string>): Promise<readonly Result[]> {
  const response = await fetch(url, { method: "POST", body: new URLSearchParams(parameters) });
  const { status, error, data } = (await response.json()) as Answer;
  if (status !== "success") throw new Error(`Prometheus refuses ${parameters.query}: ${error}`);
  return data.result;
}

function nameOf({ legendFormat }: Dataquery, metric: Labels): string {
  const name = legendFormat?.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? "").trim();
  return name || Object.values(metric).join(" ") || "value";
}
