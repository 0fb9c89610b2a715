import { METRIC, type MetricRow, OTHER } from "@mcp-ops/formats";
import type { Cell, HistogramCell, ValueCell } from "./cell.ts";
import { cellFor, type Instrument } from "./instrument.ts";
import type { Settings } from "./options.ts";

/** The instruments of one registry, and the room their series share. */
export interface Store {
  readonly instruments: Map<string, Instrument>;
  /** Of the first `metrics()` on the registry. */
  readonly settings: Settings;
  /** Series taken, those set aside included. */
  series: number;
}

/** A cell, and whether it is the one asked for, or stands in for it because the room is full. */
export interface Seat<C extends Cell> {
  readonly cell: C;
  readonly own: boolean;
}

/** Names of tools and the like leave a tenth of the room to series that a server's size does not multiply. */
const TARGETS_SHARE = 0.9;

/**
 * The cell for the label values (in the order of the row). Where it has no room, the sample is counted under `_other`, for the
 * target first, for every label if need be: what is lost is detail, and the totals stay true.
 */
export function valueSeat(store: Store, name: string, values: readonly string[]): Seat<ValueCell> {
  return seat(store, name, values) as Seat<ValueCell>;
}

export function histogramSeat(store: Store, name: string, values: readonly string[]): Seat<HistogramCell> {
  return seat(store, name, values) as Seat<HistogramCell>;
}

/** Adds an instrument, and sets room aside for what it must always be able to say: its overflow, and that it overflowed. */
export function addInstrument(store: Store, added: Instrument): void {
  store.instruments.set(added.row.name, added);
  store.series += setAsideFor(added.row);
  // A counter without labels shows its zero from the start, so that its first increase can be seen.
  if (added.row.labels.length === 0) setAside(added, []);
}

/** Series set aside for a metric: one whose labels all read `_other`, and the counter of what went there. */
export function setAsideFor(row: MetricRow): number {
  return seriesOf(row) + 1;
}

function seat(store: Store, name: string, values: readonly string[]): Seat<Cell> {
  const found = instrumentOf(store, name);
  const own = claim(store, found, values);
  if (own !== undefined) return { cell: own, own: true };
  const dropped = setAside(instrumentOf(store, METRIC.seriesDropped), [name]) as ValueCell;
  dropped.value++;
  const folded = values.map((value, index) => (found.row.labels[index]?.target && value !== "" ? OTHER : value));
  const cell =
    claim(store, found, folded) ??
    setAside(
      found,
      values.map(() => OTHER),
    );
  return { cell, own: false };
}

function claim(store: Store, { row, cells }: Instrument, values: readonly string[]): Cell | undefined {
  const key = JSON.stringify(values);
  const known = cells.get(key);
  if (known !== undefined) return known;
  const named = row.labels.some((label, index) => label.target && values[index] !== "" && values[index] !== OTHER);
  const limit = named ? store.settings.maxSeries * TARGETS_SHARE : store.settings.maxSeries;
  if (store.series + seriesOf(row) > limit) return undefined;
  store.series += seriesOf(row);
  return addCell(cells, key, cellFor(row, values));
}

/** A cell whose room was taken when its instrument was added. */
function setAside({ row, cells }: Instrument, values: readonly string[]): Cell {
  const key = JSON.stringify(values);
  return cells.get(key) ?? addCell(cells, key, cellFor(row, values));
}

function addCell(cells: Map<string, Cell>, key: string, cell: Cell): Cell {
  cells.set(key, cell);
  return cell;
}

/** Time series that a cell of this metric becomes: one, or its buckets with +Inf, sum and count. */
function seriesOf(row: MetricRow): number {
  return row.type === "histogram" ? (row.buckets?.length ?? 0) + 3 : 1;
}

function instrumentOf(store: Store, name: string): Instrument {
  const found = store.instruments.get(name);
  if (found === undefined)
    throw new TypeError(`No instrument ${name}: a metric was asked for that is not switched on.`);
  return found;
}
