import type { AuditHead, HealthSummary } from "@mcp-ops/formats";
import { clock } from "../duration.ts";
import type { Recorded } from "../figures/audit-trail.ts";
import { errorsOf, type Line, type MethodFigures, totalOf } from "../figures/figures.ts";
import { quantile } from "../figures/quantile.ts";
import type { PairLook } from "../pair/pair.ts";
import type { SidecarLook } from "../sidecar/demo-sidecar.ts";
import type { WrappedLook } from "../wrapped/wrapped-server.ts";
import { pairLines } from "./pair.ts";
import { auditWords, healthWords, sections } from "./sections.ts";
import { sidecarHead, sidecarLines } from "./sidecar.ts";
import { table } from "./table.ts";
import { fit, kinds, list, type Paint, type Size, seconds } from "./words.ts";
import { wrappedCalls, wrappedHints, wrappedWords } from "./wrapped.ts";

/** What there is to show at one moment. */
export interface Moment {
  readonly figures: readonly MethodFigures[];
  readonly elapsedMs: number;
  readonly forMs: number | undefined;
  readonly callsPerSecond: number;
  /** Of the ops endpoint. */
  readonly opsUrl: string;
  readonly health: HealthSummary;
  /** Records of exchanges in the audit log, as the metrics say. */
  readonly auditRecords: number;
  readonly auditHead: AuditHead | undefined;
  readonly auditFolder: string;
  readonly keepsAudit: boolean;
  readonly lastRecords: readonly Recorded[];
  /** What `verifyAudit` says, once it was asked. */
  readonly verdict: string | undefined;
  readonly traces: string;
  readonly wrapped: WrappedLook;
  readonly sidecar: SidecarLook;
  readonly pair: PairLook;
}

/** Below this the lines that only explain are left out. */
const ROOMY_FROM_ROWS = 30;
/** Below this only the last of what the sidecar has to tell is shown. */
const STORY_FROM_ROWS = 40;

/** One picture of everything, for a terminal of this size. */
export function frame(moment: Moment, { columns, rows }: Size, paint: Paint): string[] {
  const total = totalOf(moment.figures);
  const above = [
    paint("bold", fit(`mcp-ops demo   ${progress(moment, total)}`, columns)),
    paint("dim", fit("one MCP server; clients of SDK v2 (2026-07-28 and before) and of SDK v1", columns)),
    "",
  ];
  const below = footer(moment, total, { columns, rows }, paint);
  // One line stays free: behind the last one stands the cursor.
  const room = rows - above.length - below.length - 1;
  return [...above, ...table(moment.figures, columns, room, paint), ...below].slice(0, rows - 1);
}

function footer(moment: Moment, total: Line, { columns, rows }: Size, paint: Paint): string[] {
  const errors = errorsOf(total).map(([kind, count]) => `${count} ${kind}`);
  const metricsUrl = `${moment.opsUrl}/metrics`;
  const lines = [
    "",
    ...list("errors   ", errors.length === 0 ? ["none"] : errors, columns),
    ...sections(moment, columns, paint),
    fit(`wrapped  ${wrappedWords(moment.wrapped)}`, columns),
    ...sidecarLines(moment, columns, rows >= STORY_FROM_ROWS, paint),
    ...pairLines(moment.pair, columns, rows >= STORY_FROM_ROWS, paint),
    fit(`metrics  ${metricsUrl}  (Prometheus target: ${new URL(metricsUrl).host})`, columns),
  ];
  if (rows < ROOMY_FROM_ROWS) return lines;
  return [
    ...lines,
    fit(`try      curl -s ${metricsUrl} | grep ^mcp_req`, columns),
    ...wrappedHints(moment.wrapped, columns, paint),
    paint("dim", fit("p50 p95 p99 as histogram_quantile gives them, since the start", columns)),
  ];
}

/** Where to look, for a log. */
export function logHead(moment: Moment): readonly string[] {
  const { opsUrl, auditFolder, traces } = moment;
  return [
    `metrics  ${opsUrl}/metrics`,
    `health   ${opsUrl}/health`,
    `audit    ${auditFolder}`,
    `traces   ${traces}`,
    ...sidecarHead(moment),
  ];
}

/** The same in one line, for a log. */
export function logLine(moment: Moment): string {
  const total = totalOf(moment.figures);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => seconds(quantile(q, total.buckets)));
  const times = `p50 ${p50}  p95 ${p95}  p99 ${p99}`;
  const also = `   health: ${healthWords(moment.health)}   audit: ${auditWords(moment)}   wrapped: ${wrappedCalls(moment.wrapped)}`;
  return `${progress(moment, total)}   ${times}   errors: ${kinds(errorsOf(total)) || "none"}${also}`;
}

function progress({ elapsedMs, forMs, callsPerSecond, figures }: Moment, { calls }: Line): string {
  const time = forMs === undefined ? clock(elapsedMs) : `${clock(Math.min(elapsedMs, forMs))} of ${clock(forMs)}`;
  const inFlight = figures.reduce((sum, figure) => sum + figure.inFlight, 0);
  return `${time}   ${calls} calls   ${Math.round(callsPerSecond)}/s   ${inFlight} in flight`;
}
