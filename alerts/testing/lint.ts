import { METRIC_TABLE } from "@mcp-ops/formats";

/** A scrape may be late and one may fail, and there must still be two samples in a window. */
const MIN_WINDOW_SECONDS = 4 * 15;

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const;
const COUNTERS = METRIC_TABLE.filter(({ type }) => type === "counter").map(({ name }) => name);
const HISTOGRAMS = METRIC_TABLE.filter(({ type }) => type === "histogram").map(({ name }) => name);
/** What promql/events.ts writes: the only difference of counters that takes care of resets. */
const EVENTS = /\(([a-z_]+(?:\{[^}]*\})?) - last_over_time\(\1\[\w+\] offset \w+\) >= 0 or \1\)/g;
/** Of a counter they see only that it is there. */
const PRESENCE = /\b(?:and|unless) on \([^)]*\) *$/;
const SEES_PRESENCE = ["group", "absent"];
const SEES_GROWTH = ["rate", "increase"];

/** What is wrong with an expression; empty when nothing is. */
export function faultsOf(expr: string): readonly string[] {
  const counted = expr.replaceAll(EVENTS, "events");
  return [...shortWindows(counted), ...bareCounters(counted), ...sumsInside(counted), ...ratesOfGauges(counted)];
}

function shortWindows(expr: string): readonly string[] {
  const windows = expr.matchAll(/\[(\d+)([smhdw])(?::\w*)?\]/g);
  return [...windows].flatMap(([text, count, unit]) =>
    Number(count) * SECONDS[unit as keyof typeof SECONDS] < MIN_WINDOW_SECONDS ? [`${text} is a short window`] : [],
  );
}

function bareCounters(expr: string): readonly string[] {
  const samples = [...COUNTERS, ...HISTOGRAMS.flatMap((name) => [`${name}_bucket`, `${name}_sum`, `${name}_count`])];
  const uses = samples.flatMap((name) => [...expr.matchAll(new RegExp(`(?<![\\w:])${name}(?!\\w)`, "g"))]);
  return uses.flatMap(({ 0: name, index }) => {
    const around = functionsAround(expr, index);
    const isSeen = SEES_GROWTH.includes(around.at(-1) ?? "") || around.some((word) => SEES_PRESENCE.includes(word));
    return isSeen || PRESENCE.test(expr.slice(0, index)) ? [] : [`${name} stands outside rate and increase`];
  });
}

/** The functions whose arguments hold this place, the innermost last. */
function functionsAround(expr: string, place: number): readonly string[] {
  const open: string[] = [];
  for (const { 0: found, 1: name = "" } of expr
    .slice(0, place)
    .matchAll(/(\w+)? *(?:by|without)? *(?:\([^()]*\))? *\(|\)|"[^"]*"/g)) {
    if (found === ")") open.pop();
    else if (!found.startsWith('"')) open.push(name);
  }
  return open;
}

function sumsInside(expr: string): readonly string[] {
  return [...expr.matchAll(/\b(?:rate|increase)\((?:sum|avg|min|max|count)\b/g)].map(
    ([text]) => `${text}…: sum the rates`,
  );
}

function ratesOfGauges(expr: string): readonly string[] {
  const names = [...expr.matchAll(/\b(?:rate|increase)\(([a-z_]+)/g)].map(([, name = ""]) => name);
  const grows = (name: string) =>
    COUNTERS.includes(name) || HISTOGRAMS.includes(name.replace(/_(bucket|sum|count)$/, ""));
  return names.filter((name) => !grows(name)).map((name) => `${name} is no counter`);
}

/** Labels that a text for people shows. */
export function labelsShown(text: string): readonly string[] {
  return [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label = ""]) => label);
}
