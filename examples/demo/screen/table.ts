import { OTHER } from "@mcp-ops/formats";
import { errorsOf, type Line, type MethodFigures } from "../figures/figures.ts";
import { quantile } from "../figures/quantile.ts";
import { fit, kinds, type Paint, seconds } from "./words.ts";

/** One row of the table, as words. */
interface Row {
  readonly name: string;
  readonly numbers: readonly string[];
  readonly errors: string;
  /** A method, with its targets below it. */
  readonly isHead: boolean;
}

/** How the columns are laid out; the last one takes what is left. */
interface Layout {
  readonly name: number;
  readonly numbers: readonly number[];
  readonly inFlight: string;
}

const NARROW: Layout = { name: 22, numbers: [7, 7, 7, 7, 6], inFlight: "open" };
const WIDE: Layout = { name: 24, numbers: [9, 9, 9, 9, 11], inFlight: "in flight" };
const WIDE_FROM_COLUMNS = 100;
const GAP = "  ";
const FIRST = ["tools/call", "resources/read", "prompts/get"];

/** The table in at most this many lines: its header, and a line for each method and each target. */
export function table(figures: readonly MethodFigures[], columns: number, maxLines: number, paint: Paint): string[] {
  const layout = columns < WIDE_FROM_COLUMNS ? NARROW : WIDE;
  const rows = figures.toSorted((a, b) => byPlace(a.method, b.method)).flatMap(rowsOf);
  const room = Math.max(1, maxLines - 1);
  const shown = rows.length > room ? rows.slice(0, room - 1) : rows;
  const lines = [header(layout, columns, paint), ...shown.map((row) => line(row, layout, columns, paint))];
  const hidden = rows.length - shown.length;
  return hidden === 0
    ? lines
    : [...lines, paint("dim", fit(`… and ${hidden} more; a taller window shows them`, columns))];
}

function rowsOf(figures: MethodFigures): readonly Row[] {
  const targets = [...figures.targets].sort(([a], [b]) => byPlace(a, b));
  const errors = targets.length === 0 ? kinds(errorsOf(figures)) : sumOfErrors(figures);
  const numbers = numbersOf(figures, String(figures.inFlight || ""));
  return [
    { name: figures.method, numbers, errors, isHead: true },
    ...targets.map(([target, own]) => targetRow(target, own)),
  ];
}

function targetRow(target: string, line: Line): Row {
  return { name: `  ${target}`, numbers: numbersOf(line, ""), errors: kinds(errorsOf(line)), isHead: false };
}

/** The kinds stand with the targets. */
function sumOfErrors(figures: Line): string {
  const errors = errorsOf(figures).reduce((sum, [, count]) => sum + count, 0);
  return errors === 0 ? "" : `${errors} in all`;
}

function numbersOf({ calls, buckets }: Line, inFlight: string): readonly string[] {
  return [String(calls), ...[0.5, 0.95, 0.99].map((q) => seconds(quantile(q, buckets))), inFlight];
}

function header(layout: Layout, columns: number, paint: Paint): string {
  const numbers = ["calls", "p50", "p95", "p99", layout.inFlight];
  return paint("dim", fit(`${left("", numbers, layout)}${GAP}errors by kind`, columns));
}

function line({ name, numbers, errors, isHead }: Row, layout: Layout, columns: number, paint: Paint): string {
  const start = fit(left(name, numbers, layout), columns);
  const end = fit(errors, columns - start.length - GAP.length);
  if (end === "") return paintHead(start.trimEnd());
  return `${paintHead(start)}${GAP}${paint("red", end)}`;

  function paintHead(text: string): string {
    return isHead ? paint("bold", text) : text;
  }
}

function left(name: string, numbers: readonly string[], layout: Layout): string {
  const cells = numbers.map((cell, index) => cell.padStart(layout.numbers[index] ?? 0));
  return fit(name, layout.name).padEnd(layout.name) + cells.join("");
}

/** By name, so that rows keep their places while the numbers change; what people look for first comes first. */
function byPlace(a: string, b: string): number {
  return place(a) - place(b) || (a < b ? -1 : 1);
}

function place(name: string): number {
  const index = FIRST.indexOf(name);
  if (index >= 0) return index;
  return name === OTHER ? FIRST.length + 1 : FIRST.length;
}
