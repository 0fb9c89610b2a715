import { clock } from "../duration.ts";
import { errorsOf, type Line, type MethodFigures, totalOf } from "../figures/figures.ts";
import { quantile } from "../figures/quantile.ts";
import { table } from "./table.ts";
import { fit, kinds, list, type Paint, type Size, seconds } from "./words.ts";

/** What there is to show at one moment. */
export interface Moment {
  readonly figures: readonly MethodFigures[];
  readonly elapsedMs: number;
  readonly forMs: number | undefined;
  readonly callsPerSecond: number;
  readonly metricsUrl: string;
}

/** One picture of everything, for a terminal of this size. */
export function frame(moment: Moment, { columns, rows }: Size, paint: Paint): string[] {
  const total = totalOf(moment.figures);
  const above = [
    paint("bold", fit(`mcp-ops demo   ${progress(moment, total)}`, columns)),
    paint("dim", fit("one MCP server; clients of SDK v2 (2026-07-28 and before) and of SDK v1", columns)),
    "",
  ];
  const below = footer(moment, total, columns, paint);
  // One line stays free: behind the last one stands the cursor.
  const room = rows - above.length - below.length - 1;
  return [...above, ...table(moment.figures, columns, room, paint), ...below].slice(0, rows - 1);
}

function footer({ metricsUrl }: Moment, total: Line, columns: number, paint: Paint): string[] {
  const errors = errorsOf(total).map(([kind, count]) => `${count} ${kind}`);
  return [
    "",
    ...list("errors   ", errors.length === 0 ? ["none"] : errors, columns),
    fit(`metrics  ${metricsUrl}  (Prometheus target: ${new URL(metricsUrl).host})`, columns),
    fit(`try      curl -s ${metricsUrl} | grep ^mcp_req`, columns),
    paint("dim", fit("p50 p95 p99 as histogram_quantile gives them, since the start", columns)),
  ];
}

/** The same in one line, for a log. */
export function logLine(moment: Moment): string {
  const total = totalOf(moment.figures);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => seconds(quantile(q, total.buckets)));
  const times = `p50 ${p50}  p95 ${p95}  p99 ${p99}`;
  return `${progress(moment, total)}   ${times}   errors: ${kinds(errorsOf(total)) || "none"}`;
}

function progress({ elapsedMs, forMs, callsPerSecond, figures }: Moment, { calls }: Line): string {
  const time = forMs === undefined ? clock(elapsedMs) : `${clock(Math.min(elapsedMs, forMs))} of ${clock(forMs)}`;
  const inFlight = figures.reduce((sum, figure) => sum + figure.inFlight, 0);
  return `${time}   ${calls} calls   ${Math.round(callsPerSecond)}/s   ${inFlight} in flight`;
}
