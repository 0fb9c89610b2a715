/** Fills the generated parts of docs/metrics.md: `npm run docs` in packages/metrics. */
import { readFileSync, writeFileSync } from "node:fs";
import {
  type Ending,
  judge,
  type LabelRow,
  METRIC_TABLE,
  type MetricFamily,
  type MetricRow,
  OPS_RPC,
  type Question,
  RPC,
  STATUS_MEANING,
} from "@mcp-ops/formats";
import { DEFAULT_MAX_SERIES } from "../src/options.ts";

export const PAGE: URL = new URL("../../../docs/metrics.md", import.meta.url);
const EXAMPLE = new URL("../src/business-metrics.test.ts", import.meta.url);

const KNOWN: Question = { method: "tools/call", targetKnown: true };
const UNKNOWN: Question = { method: "tools/call", targetKnown: false };

function result(type: string, isError = false, invalidArguments = false): Ending {
  return { kind: "result", type, isError, invalidArguments };
}

function failure(code: number | undefined, cause?: "denied" | "timeout", httpStatus?: number): Ending {
  return { kind: "error", code, cause, httpStatus };
}

const CASES: readonly (readonly [string, Question, Ending])[] = [
  ["a result", KNOWN, result("complete")],
  ["a result that asks for input", KNOWN, result("input_required")],
  ["a result that is a task", KNOWN, result("task")],
  ["`isError`: the tool failed, or threw", KNOWN, result("complete", true)],
  ["`isError`: known in process that the arguments were refused", KNOWN, result("complete", true, true)],
  ["`isError`, and the server has no such tool (SDK v1)", UNKNOWN, result("complete", true)],
  ["-32602", KNOWN, failure(RPC.invalidParams)],
  ["-32602, and the server has no such tool (SDK v2)", UNKNOWN, failure(RPC.invalidParams)],
  ["-32601, and the server has no such tool (FastMCP)", UNKNOWN, failure(RPC.methodNotFound)],
  ["-32602, and the server has no such prompt", { ...UNKNOWN, method: "prompts/get" }, failure(RPC.invalidParams)],
  ["-32602, and the server has no such resource", { ...UNKNOWN, method: "resources/read" }, failure(RPC.invalidParams)],
  ["-32002", { ...KNOWN, method: "resources/read" }, failure(RPC.resourceNotFound)],
  ["-32601", { ...KNOWN, targetKnown: undefined }, failure(RPC.methodNotFound)],
  ["-32603", KNOWN, failure(RPC.internalError)],
  ["-32020 (headers), -32021 (capability), -32022 (version): alike", KNOWN, failure(RPC.headerMismatch)],
  ["a code outside the protocol's", KNOWN, failure(4711)],
  ["HTTP 413 without JSON-RPC", KNOWN, failure(undefined, undefined, 413)],
  ["HTTP 503 without JSON-RPC", KNOWN, failure(undefined, undefined, 503)],
  ["HTTP 401 or 403 without JSON-RPC", KNOWN, failure(undefined, undefined, 401)],
  ["a gate refused", KNOWN, failure(OPS_RPC.denied, "denied")],
  ["a deadline passed", KNOWN, failure(OPS_RPC.deadlineExceeded, "timeout")],
  ["a role gate refused", KNOWN, failure(OPS_RPC.notPrimary, "denied")],
  ["a budget is used up", KNOWN, failure(OPS_RPC.overBudget, "denied")],
  ["a role gate revoked a call under way", KNOWN, failure(OPS_RPC.revoked, "timeout")],
  ["the asker cancelled", KNOWN, { kind: "cancelled" }],
  ["the connection closed", KNOWN, { kind: "lost" }],
];

const FAMILIES: Readonly<Record<MetricFamily, string>> = {
  classic: "Classic names",
  semconv: "OpenTelemetry's names",
  ops: "About mcp-ops itself",
  health: "About health",
  audit: "About the audit log",
  fleet: "About servers watched from outside",
  guard: "Role gates and fenced writes ([guard.md](guard.md))",
  follow: "Proxies that follow a role ([failover-clients.md](failover-clients.md))",
  journal: "Tokens, the journal and budgets ([cost.md](cost.md))",
  cost: "What servers cost ([cost.md](cost.md))",
  sidecar: "About the sidecar and the servers it finds",
  process: "About the process",
};

/** The page with its generated parts as they should be now. */
export function metricsPage(page: string): string {
  const parts: Readonly<Record<string, () => string>> = {
    statuses: statusTable,
    meanings: meaningList,
    metrics: metricTables,
    example,
    cap: () => `The cap is \`maxSeries\`, ${DEFAULT_MAX_SERIES} by default.`,
  };
  return Object.entries(parts).reduce((text, [name, make]) => fill(text, name, make()), page);
}

function fill(page: string, name: string, content: string): string {
  const part = new RegExp(`(<!-- generated: ${name} -->\n).*?(<!-- end -->)`, "s");
  if (!part.test(page)) throw new Error(`docs/metrics.md has no part <!-- generated: ${name} --> … <!-- end -->.`);
  return page.replace(part, (_, start: string, end: string) => `${start}\n${content}\n\n${end}`);
}

function statusTable(): string {
  const rows = CASES.map(([what, question, ending]) => {
    const { status, type, category, errorType, rpcStatusCode } = judge(question, ending);
    return [what, ...[status, type, category, errorType, rpcStatusCode].map(code)];
  });
  return table(
    ["what happened", "`status`", "`type`", "`category`", "`error_type`", "`rpc_response_status_code`"],
    rows,
  );
}

function meaningList(): string {
  return Object.entries(STATUS_MEANING)
    .map(([status, meaning]) => `- \`${status}\`: ${meaning}`)
    .join("\n");
}

function metricTables(): string {
  const families = Object.entries(FAMILIES) as [MetricFamily, string][];
  return families.map(([family, title]) => `### ${title}\n\n${familyTables(family)}`).join("\n\n");
}

function familyTables(family: MetricFamily): string {
  const rows = METRIC_TABLE.filter((row) => row.family === family);
  const metrics = table(
    ["metric", "type", "what it says", "labels"],
    rows.map((row) => [code(row.name), row.type, row.help, row.labels.map(({ name }) => code(name)).join(" ")]),
  );
  if (family === "process" || rows.every(({ labels }) => labels.length === 0)) return metrics;
  return `${metrics}\n\n${labelTable(rows)}${bucketList(rows)}`;
}

function labelTable(rows: readonly MetricRow[]): string {
  const labels = new Map<string, { readonly label: LabelRow; readonly metrics: string[] }>();
  for (const row of rows) {
    for (const label of row.labels) {
      const key = JSON.stringify(label);
      const seen = labels.get(key) ?? { label, metrics: [] };
      seen.metrics.push(row.name);
      labels.set(key, seen);
    }
  }
  const isAmbiguous = (name: string) => [...labels.values()].filter(({ label }) => label.name === name).length > 1;
  const cells = [...labels.values()].map(({ label, metrics }) => [
    code(label.name) + (isAmbiguous(label.name) ? ` of ${metrics.map(code).join(", ")}` : ""),
    label.bound,
    label.values?.map(code).join(" ") ?? "",
  ]);
  return table(["label", "bounded by", "values"], cells);
}

function bucketList(rows: readonly MetricRow[]): string {
  const byBounds = new Map<string, string[]>();
  for (const { name, buckets, unit } of rows) {
    if (buckets === undefined) continue;
    const bounds = `${buckets.join(", ")} ${unit}`;
    byBounds.set(bounds, [...(byBounds.get(bounds) ?? []), code(name)]);
  }
  if (byBounds.size === 0) return "";
  return `\n\nBuckets:\n\n${[...byBounds].map(([bounds, names]) => `- ${names.join(", ")}: ${bounds}`).join("\n")}`;
}

function example(): string {
  const region = /\/\/ #region example\n(.*?)\n\/\/ #endregion/s.exec(readFileSync(EXAMPLE, "utf8"))?.[1];
  if (region === undefined) throw new Error(`${EXAMPLE.pathname} has no region named example.`);
  return `\`\`\`ts\n${region.replace('"./metrics.ts"', '"@mcp-ops/metrics"').trim()}\n\`\`\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string | undefined): string {
  return text === undefined ? "" : `\`${text}\``;
}

if (import.meta.main) writeFileSync(PAGE, metricsPage(readFileSync(PAGE, "utf8")));
