/** What is in a panel, as HTML. */
import type { DynamicConfigValue, Panel, Threshold, ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Series } from "./ask.ts";
import { clipped, escaped, heat, lines, type Size, states } from "./charts.ts";
import { seriesColour, stepColour, THEME, wordFor } from "./look.ts";
import { figure } from "./units.ts";

type Draw = (panel: Panel, answers: readonly (readonly Series[])[], size: Size) => string;

const LEGEND_LINE = 18;
const LEGEND_LINES = 4;
const LETTER = 6.3;

const DRAWN: Readonly<Record<string, Draw>> = {
  stat: drawStat,
  timeseries: drawLines,
  heatmap: (panel, answers, size) => orNothing(answers, () => heat(panel, answers.flat(), size)),
  "state-timeline": (panel, answers, size) => orNothing(answers, () => states(panel, answers.flat(), size)),
  table: drawTable,
  text: (panel) => `<div class="words">${markdown((panel.options as { content: string }).content)}</div>`,
};

export function drawPanel(panel: Panel, answers: readonly (readonly Series[])[], size: Size): string {
  return (DRAWN[panel.type] ?? (() => panel.type))(panel, answers, size);
}

function orNothing(answers: readonly (readonly Series[])[], draw: () => string): string {
  return answers.flat().length === 0 ? '<div class="nothing">No data</div>' : draw();
}

function drawStat(panel: Panel, answers: readonly (readonly Series[])[], { width, height }: Size): string {
  const { unit = "short", decimals, noValue, mappings, thresholds } = panel.fieldConfig?.defaults ?? {};
  const [first] = answers.flat();
  const { points = [] } = first ?? {};
  const value = points.at(-1)?.[1];
  if (value === undefined) return `<div class="figure none" style="height:${height}px">${noValue}</div>`;
  const spoken = wordFor(mappings, value);
  const colour = spoken?.color ?? stepColour(thresholds?.steps ?? [], value);
  const { graphMode, textMode } = panel.options as { graphMode: string; textMode: string };
  const isTrend = graphMode === "area";
  const name = textMode === "value_and_name" ? `<small>${first?.name}</small>` : "";
  const look = isTrend ? `color:${colour}` : `background:${colour};color:#111`;
  const trend = isTrend
    ? spark(
        points.map((point) => point[1]),
        colour,
        width,
        height * 0.4,
      )
    : "";
  return `<div class="figure" style="height:${height}px;${look}">${name}${spoken?.text ?? figure(value, unit, decimals)}${trend}</div>`;
}

function spark(values: readonly number[], colour: string, width: number, height: number): string {
  const known = values.filter((value) => !Number.isNaN(value));
  const most = Math.max(...known, 1e-12);
  const at = known.map(
    (value, index) => `${(index / Math.max(known.length - 1, 1)) * width},${height - (value / most) * (height - 2)}`,
  );
  const area = `<polygon points="0,${height} ${at.join(" ")} ${width},${height}" fill="${colour}" opacity="0.2"/>`;
  return `<svg class="spark" width="${width}" height="${height}">${area}<polyline points="${at.join(" ")}" fill="none" stroke="${colour}"/></svg>`;
}

function drawLines(panel: Panel, answers: readonly (readonly Series[])[], { width, height }: Size): string {
  const series = answers.flatMap((answer) => answer.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
  return orNothing(answers, () => {
    const legendHeight = Math.min(linesOf(series, width - 10), LEGEND_LINES) * LEGEND_LINE;
    const keys = series.map(
      ({ name }, index) =>
        `<span><i style="background:${seriesColour(panel, name, index)}"></i>${escaped(clipped(name, 40))}</span>`,
    );
    const chart = lines(panel, series, { width, height: height - legendHeight });
    return `${chart}<div class="legend" style="max-height:${legendHeight}px">${keys.join("")}</div>`;
  });
}

/** As the browser will break them, or a little later. */
function linesOf(series: readonly Series[], width: number): number {
  let lines = 1;
  let at = 0;
  for (const { name } of series) {
    const wide = Math.min(name.length, 40) * LETTER + 30;
    if (at > 0 && at + wide > width) {
      lines++;
      at = 0;
    }
    at += wide;
  }
  return lines;
}

/** Rows are those of all targets that have the same labels, as Grafana's merge has it. */
function drawTable(panel: Panel, answers: readonly (readonly Series[])[]): string {
  const options = panel.transformations?.find(({ id }) => id === "organize")?.options;
  const heads = options?.renameByName as Record<string, string>;
  const rows = new Map<string, Record<string, string | number>>();
  for (const [index, series] of answers.entries())
    for (const { labels, points } of series) {
      const key = JSON.stringify(Object.entries(labels).toSorted());
      rows.set(key, {
        ...labels,
        ...rows.get(key),
        [`Value #${String.fromCharCode(65 + index)}`]: points.at(-1)?.[1] ?? "",
      });
    }
  const [sort] = (panel.options as { sortBy: { displayName: string }[] }).sortBy;
  const sortField = Object.keys(heads).find((field) => heads[field] === sort?.displayName) ?? "";
  const sorted = [...rows.values()].toSorted((a, b) => Number(b[sortField] ?? -1) - Number(a[sortField] ?? -1));
  const head = Object.values(heads).map((title) => `<th>${title}${title === sort?.displayName ? " ↓" : ""}</th>`);
  const body = sorted.map(
    (row) =>
      `<tr>${Object.entries(heads)
        .map(([field, title]) => cell(panel, title, row[field]))
        .join("")}</tr>`,
  );
  if (rows.size === 0) return '<div class="nothing">No data</div>';
  return `<table><thead><tr>${head.join("")}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}

function cell(panel: Panel, title: string, value: string | number | undefined): string {
  const own = (panel.fieldConfig?.overrides ?? []).filter(({ matcher }) => matcher.options === title);
  const property = (id: string) =>
    own.flatMap(({ properties }) => properties as DynamicConfigValue[]).find((one) => one.id === id)?.value;
  if (value === undefined) return "<td></td>";
  if (typeof value === "string") return `<td class="${property("links") ? "link" : ""}">${escaped(value)}</td>`;
  const spoken = wordFor((property("mappings") ?? panel.fieldConfig?.defaults.mappings) as ValueMapping[], value);
  const steps = (property("thresholds") as { steps: Threshold[] } | undefined)?.steps;
  const colour = spoken?.color ?? (steps ? stepColour(steps, value) : THEME.text);
  return `<td class="number" style="color:${colour}">${spoken?.text ?? figure(value, property("unit") ?? "short", property("decimals"))}</td>`;
}

/** As much of it as the panels use. */
function markdown(text: string): string {
  const inline = escaped(text)
    .replaceAll(/\*\*(.+?)\*\*/g, "<b>$1</b>")
    .replaceAll(/\*(.+?)\*/g, "<em>$1</em>")
    .replaceAll(/`(.+?)`/g, "<code>$1</code>");
  return `<ul>${inline
    .split("\n")
    .map((line) => `<li>${line.replace(/^- /, "")}</li>`)
    .join("")}</ul>`;
}
