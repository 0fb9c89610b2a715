import type { SummaryAnswer } from "@mcp-ops/cost";
import type { CostDay, SloState } from "@mcp-ops/formats";
import type { SidecarLook } from "../sidecar/demo-sidecar.ts";

/** So many tools are named. */
const NAMED = 3;

/** What today cost, and whether what is promised is kept. */
export function moneyLines({ spent, promises }: Pick<SidecarLook, "spent" | "promises">): readonly string[] {
  return [
    ...(spent === undefined ? [] : [`cost     ${costText(spent)}`]),
    ...promises.map((one) => `promise  ${promiseText(one)}`),
  ];
}

function costText({ days, currency }: SummaryAnswer): string {
  const [today] = days;
  if (today === undefined || today.microUnits === 0) return "nothing yet";
  const dearest = partsOf(today).slice(0, NAMED);
  const rest = dearest.reduce((left, [, microUnits]) => left - microUnits, today.microUnits);
  const named = [...dearest, ["the rest", rest] as const].map(([name, microUnits]) => {
    return `${name} ${percent(microUnits, today.microUnits)}`;
  });
  return `${(today.microUnits / 1e6).toFixed(4)} ${currency} today, at made-up prices: ${named.join(", ")}`;
}

/** The dearest first. What lists of tools put into conversations is mostly more than what any tool does. */
function partsOf({ servers }: CostDay): readonly (readonly [name: string, microUnits: number])[] {
  const lists = servers.reduce((sum, { definitions }) => sum + definitions, 0);
  const tools = servers.flatMap(({ tools }) => tools.map(({ target, microUnits }) => [target, microUnits] as const));
  const all = [["tools/list", lists] as const, ...tools];
  return all.filter(([, microUnits]) => microUnits > 0).toSorted(([, a], [, b]) => b - a);
}

function promiseText({ kind, server, objective, thresholdMs, good, total, state }: SloState): string {
  const what = kind === "latency" ? `within ${thresholdMs} ms` : "without error";
  const reached = total === 0 ? "judged once a minute is over" : `${percent(good, total)} of ${total}, ${state}`;
  return `${Math.round(objective * 100)} % of calls of ${server} ${what}: ${reached}`;
}

/** Cut off, as the reports do. */
function percent(part: number, whole: number): string {
  return whole === 0 ? "0 %" : `${(Math.floor((1_000 * part) / whole) / 10).toFixed(1)} %`;
}
