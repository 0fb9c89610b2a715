/** The number of one counter or gauge series. */
export interface ValueCell {
  readonly labels: Readonly<Record<string, string>>;
  value: number;
}

/** The numbers of one histogram series. */
export interface HistogramCell {
  readonly labels: Readonly<Record<string, string>>;
  readonly bounds: readonly number[];
  /** Per bucket, not yet cumulated; the last one is +Inf. */
  readonly counts: number[];
  sum: number;
  /** The last exemplar of each bucket, in the shape prom-client renders; absent until a sampled trace came by. */
  exemplars: (Exemplar | undefined)[] | undefined;
}

/** A trace that explains a bucket (OpenMetrics 1.0, exemplars). */
export interface Exemplar {
  readonly labelSet: { readonly trace_id: string; readonly span_id: string };
  readonly value: number;
  /** Seconds since the Unix epoch. */
  readonly timestamp: number;
}

export type Cell = ValueCell | HistogramCell;

export function valueCell(labels: Readonly<Record<string, string>>): ValueCell {
  return { labels, value: 0 };
}

export function histogramCell(labels: Readonly<Record<string, string>>, bounds: readonly number[]): HistogramCell {
  return { labels, bounds, counts: new Array<number>(bounds.length + 1).fill(0), sum: 0, exemplars: undefined };
}

/** Adds one observation; gives the bucket it fell into. */
export function observe(cell: HistogramCell, value: number): number {
  const bucket = bucketOf(cell.bounds, value);
  cell.counts[bucket]! += 1;
  cell.sum += value;
  return bucket;
}

/** Keeps the trace of an observation as the exemplar of its bucket. */
export function exemplify(cell: HistogramCell, bucket: number, exemplar: Exemplar): void {
  cell.exemplars ??= new Array<Exemplar | undefined>(cell.counts.length).fill(undefined);
  cell.exemplars[bucket] = exemplar;
}

function bucketOf(bounds: readonly number[], value: number): number {
  const length = bounds.length;
  let bucket = 0;
  while (bucket < length && value > bounds[bucket]!) bucket++;
  return bucket;
}
