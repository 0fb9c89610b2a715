import type { AuditVerdict } from "@mcp-ops/audit";
import { byStatus, compare, type Difference, keysOf, tallyOf } from "../figures/compare.ts";
import { inFlight } from "../figures/settled.ts";
import type { Tally } from "../figures/tally.ts";
import type { SidecarLook } from "../sidecar/demo-sidecar.ts";
import type { WrappedLook } from "../wrapped/wrapped-server.ts";
import type { Paint } from "./words.ts";

/** What the clients saw beside what the metrics say. */
export interface Summary {
  readonly lines: readonly string[];
  readonly agrees: boolean;
}

/** What an audit log holds, and how many exchanges the metrics count. */
export interface AuditCount {
  readonly verdict: AuditVerdict;
  /** Exchanges that have a record in the files. */
  readonly recorded: number;
  readonly exchanges: number;
}

/** Whether the log is whole and has a record for every exchange. */
export function auditSummary({ verdict, recorded, exchanges }: AuditCount, paint: Paint): Summary {
  const agrees = recorded === exchanges && verdict.verdict === "intact";
  const same = recorded === exchanges ? `the same ${recorded}` : `${recorded} and ${exchanges}`;
  const sentence = `audit log and metrics count ${same} exchanges.`;
  return {
    agrees,
    lines: [
      ...verdict.chains.flatMap(({ records, tail }) => [
        `verifyAudit: ${verdict.verdict}, ${records} records.`,
        `  ${tail.message}`,
      ]),
      ...verdict.findings.map(({ weight, message }) => `  ${weight}: ${message}`),
      `${agrees ? paint("green", "agree") : paint("red", "differ")}: ${sentence}`,
    ],
  };
}

/** Compares request by request, and shows the sums by ending. */
export function summary(clients: Tally, metrics: Tally, stillInFlight: number, paint: Paint): Summary {
  const sums = byStatus(clients, metrics).map(row);
  const header = paint("dim", ["ending".padEnd(18), "clients".padStart(9), "metrics".padStart(9)].join(""));
  const { agrees, lines } = comparison("clients and metrics", clients, metrics, stillInFlight, paint);
  return { agrees, lines: [header, ...sums, "", ...lines] };
}

/** The same for the wrapped server, without the sums. One that never started is no difference, but says why. */
export function wrappedSummary(client: Tally, look: WrappedLook, paint: Paint): Summary {
  if ("absent" in look && client.total === 0) {
    return { agrees: true, lines: [`not compared: the wrapped server shows ${look.absent}`] };
  }
  const samples = "absent" in look ? [] : look.samples;
  const sides = "the wrapped server's client and metrics";
  return comparison(sides, client, tallyOf(samples), inFlight(samples), paint);
}

/** The same for what the sidecar's page shows of the server. */
export function sidecarSummary(clients: Tally, { addresses, desk }: SidecarLook, paint: Paint): Summary {
  if (addresses === undefined) return { agrees: true, lines: ["not compared: the sidecar shows no page."] };
  return comparison("clients and the sidecar's page", clients, tallyOf(desk), inFlight(desk), paint);
}

function comparison(sides: string, clients: Tally, metrics: Tally, stillInFlight: number, paint: Paint): Summary {
  const differences = compare(clients, metrics);
  if (differences.length > 0 || stillInFlight > 0) {
    return { agrees: false, lines: disagreement(sides, differences, stillInFlight, paint) };
  }
  const series = keysOf(clients, metrics).length;
  const sentence = `${sides} count the same ${clients.total} requests, in ${series} series.`;
  return { agrees: true, lines: [`${paint("green", "agree")}: ${sentence}`] };
}

function disagreement(
  sides: string,
  differences: readonly Difference[],
  stillInFlight: number,
  paint: Paint,
): readonly string[] {
  const lines = differences.map(({ what, clients, metrics }) => `  ${what}: clients ${clients}, metrics ${metrics}`);
  if (stillInFlight !== 0) lines.push(`  mcp_requests_in_flight: ${stillInFlight} after all clients had ended`);
  return [`${paint("red", "differ")}: ${sides} (method, target, ending):`, ...lines];
}

function row({ what, clients, metrics }: Difference): string {
  return `${what.padEnd(18)}${String(clients).padStart(9)}${String(metrics).padStart(9)}`;
}
