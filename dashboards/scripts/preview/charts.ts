/** What is drawn: lines, maps and states over time, as SVG. */
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as echarts from "echarts";
import type { Series } from "./ask.ts";
import { seriesColour, THEME, wordFor } from "./look.ts";
import { figure } from "./units.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

interface Custom {
  readonly fillOpacity?: number;
  readonly axisSoftMax?: number;
  readonly stacking?: { readonly mode: string };
}

const AXIS = {
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: { color: THEME.faint, fontSize: 11 },
  splitLine: { lineStyle: { color: THEME.line, width: 1 } },
};
const GRID = { left: 8, right: 28, top: 10, bottom: 4, containLabel: true };

export function lines(panel: Panel, series: readonly Series[], size: Size): string {
  const { unit = "short", custom = {} } = panel.fieldConfig?.defaults ?? {};
  const { fillOpacity = 0, stacking } = custom as Custom;
  const isStacked = stacking?.mode === "normal";
  return svg(size, {
    grid: GRID,
    xAxis: timeAxis(),
    yAxis: {
      ...AXIS,
      type: "value",
      ...scaleOf(panel, series, isStacked),
      axisLabel: {
        ...AXIS.axisLabel,
        formatter: (value: number) => figure(value, unit),
      },
    },
    series: series.map(({ name, points }, index) => ({
      type: "line",
      name,
      symbol: points.length < 3 ? "circle" : "none",
      data: points.map(([ms, value]) => [ms, Number.isNaN(value) ? null : value]),
      ...(isStacked && { stack: "all" }),
      lineStyle: { width: 1.2, color: seriesColour(panel, name, index) },
      itemStyle: { color: seriesColour(panel, name, index) },
      areaStyle: { opacity: fillOpacity / 100, color: seriesColour(panel, name, index) },
    })),
  });
}

/** From nought, in steps that are round in the panel's unit. */
function scaleOf({ fieldConfig }: Panel, series: readonly Series[], isStacked: boolean) {
  const { unit, decimals, custom = {} } = fieldConfig?.defaults ?? {};
  const peaks = series.map(({ points }) => Math.max(...points.map(([, value]) => value || 0)));
  const peak = isStacked ? peaks.reduce((sum, one) => sum + one, 0) : Math.max(...peaks);
  const most = Math.max(peak, (custom as Custom).axisSoftMax ?? 0) || 1;
  const low = Math.min(...series.flatMap(({ points }) => points.map(([, value]) => value || 0)), 0);
  const step = (most - low) / 4;
  const round = unit === "bytes" ? 2 ** Math.ceil(Math.log2(step)) : unit === "s" ? seconds(step) : tens(step);
  const interval = decimals === 0 ? Math.max(1, round) : round;
  return { interval, min: Math.floor(low / interval) * interval, max: Math.ceil(most / interval) * interval };
}

function tens(step: number): number {
  const ten = 10 ** Math.floor(Math.log10(step));
  return ([1, 2, 2.5, 5, 10].find((part) => part * ten >= step * 0.999) ?? 10) * ten;
}

function seconds(step: number): number {
  return [15, 30, 60, 120, 300, 600, 1800, 3600, 7200].find((one) => step > 10 && one >= step) ?? tens(step);
}

/** Buckets count what is in the smaller ones, too; a map shows each alone. */
export function heat(panel: Panel, cumulative: readonly Series[], size: Size): string {
  const buckets = cumulative.toSorted((a, b) => (bound(a) < bound(b) ? -1 : 1));
  const cells = buckets.flatMap(({ points }, row) =>
    points.map(([ms, value], column) => [ms, row, value - (buckets[row - 1]?.points[column]?.[1] ?? 0)] as const),
  );
  const times = [...new Set(cells.map(([ms]) => ms))];
  const shown = cells.filter(([, , value]) => value > 1e-9);
  const highest = Math.max(...shown.map(([, row]) => row), 0) + 2;
  const unit = (panel.options as { yAxis: { unit: string } }).yAxis.unit;
  return svg(size, {
    grid: GRID,
    xAxis: {
      ...AXIS,
      type: "category",
      data: times.map(clock),
      axisLabel: { ...AXIS.axisLabel, interval: Math.floor(times.length / 4) },
    },
    yAxis: {
      ...AXIS,
      type: "category",
      data: buckets
        .slice(0, highest)
        .map((bucket) => (Number.isFinite(bound(bucket)) ? figure(bound(bucket), unit) : "∞")),
      splitLine: { show: false },
    },
    visualMap: {
      show: false,
      min: 0,
      max: Math.sqrt(Math.max(...shown.map(([, , value]) => value), 1e-9)),
      inRange: { color: ["#3A2412", "#7A3E0F", "#C8620F", "#FF9830", "#FFE0B0"] },
    },
    series: [{ type: "heatmap", data: shown.map(([ms, row, value]) => [times.indexOf(ms), row, Math.sqrt(value)]) }],
  });
}

function bound({ labels }: Series): number {
  return labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le);
}

/** A band for each series, in the colours of its states. */
export function states(panel: Panel, series: readonly Series[], { width, height }: Size): string {
  const label = 150;
  const axis = 18;
  const row = Math.min(34, (height - axis) / Math.max(series.length, 1));
  const times = series.flatMap(({ points }) => points.map(([ms]) => ms));
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const x = (ms: number) => label + ((ms - from) / Math.max(to - from, 1)) * (width - label - 12);
  const bands = series.map(({ name, points }, index) => {
    const y = index * row;
    const text = `<text x="${label - 8}" y="${y + row / 2 + 4}" text-anchor="end" fill="${THEME.text}">${escaped(clipped(name, 23))}</text>`;
    return (
      text +
      runs(points)
        .map(({ start, end, value }) => band(panel, value, x(start), x(end), y + 2, row - 4))
        .join("")
    );
  });
  const marks = [0, 0.5, 1].map((part) => from + part * (to - from));
  const scale = marks.map(
    (ms, index) =>
      `<text x="${x(ms)}" y="${row * series.length + 14}" text-anchor="${index === marks.length - 1 ? "end" : "middle"}" fill="${THEME.faint}">${clock(ms)}</text>`,
  );
  return `<svg width="${width}" height="${height}" font-size="11">${bands.join("")}${scale.join("")}</svg>`;
}

function band(panel: Panel, value: number, from: number, to: number, y: number, height: number): string {
  const { text = String(value), color = THEME.faint } = wordFor(panel.fieldConfig?.defaults.mappings, value) ?? {};
  const rectangle = `<rect x="${from}" y="${y}" width="${Math.max(to - from, 1)}" height="${height}" fill="${color}" opacity="0.75"/>`;
  if (to - from < text.length * 7) return rectangle;
  return `${rectangle}<text x="${from + 5}" y="${y + height / 2 + 4}" fill="#111">${text}</text>`;
}

/** Neighbours of one value are one. */
function runs(
  points: Series["points"],
): readonly { readonly start: number; readonly end: number; readonly value: number }[] {
  const found: { start: number; end: number; value: number }[] = [];
  for (const [ms, value] of points) {
    const last = found.at(-1);
    if (last) last.end = ms;
    if (last?.value !== value) found.push({ start: ms, end: ms, value });
  }
  return found;
}

function timeAxis() {
  return {
    ...AXIS,
    type: "time",
    splitNumber: 4,
    splitLine: { show: false },
    axisLabel: { ...AXIS.axisLabel, hideOverlap: true, formatter: clock },
  };
}

function clock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

function svg({ width, height }: Size, option: object): string {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption({ animation: false, textStyle: { fontFamily: "sans-serif" }, ...option });
  const drawn = chart.renderToSVGString();
  chart.dispose();
  return drawn;
}

export function clipped(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
