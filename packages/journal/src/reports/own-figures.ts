import type { Journal } from "../journal.ts";
import { merged } from "./merged.ts";

const NOTE =
  "No sidecar has told what this costs: these are the figures of this process alone since its day (UTC) or its life began, and they know no prices.";

/** What the process knows of its own day, where there is no sidecar. */
export function ownFigures(journal: Journal, server: string, nowMs: number): object {
  const day = new Date(nowMs).toISOString().slice(0, 10);
  const { tools, cpu } = journal.today(server);
  const rows = [...tools].map(([tool, { calls, failed, tokens }]) => ({ tool, calls, failed, resultTokens: tokens }));
  const since = new Date(Math.max(Date.parse(day), performance.timeOrigin)).toISOString();
  return {
    schema: 1,
    source: "process",
    note: NOTE,
    server,
    day,
    timeZone: "UTC",
    since,
    calls: rows.reduce((sum, { calls }) => sum + calls, 0),
    failed: rows.reduce((sum, { failed }) => sum + failed, 0),
    resultTokens: merged(rows.map(({ resultTokens }) => resultTokens)),
    definitionTokens: journal.definitionTokens().get(server),
    ...(cpu !== undefined && {
      processCpuSeconds: cpu.us / 1e6,
      processCpuSince: new Date(cpu.sinceMs).toISOString(),
    }),
    tools: rows.sort((a, b) => b.calls - a.calls).slice(0, MAX_ROWS),
  };
}

/** Rows of a list in what a model reads. */
export const MAX_ROWS = 20;
