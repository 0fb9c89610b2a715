/** One number that a person may want to change. */
export interface ThresholdRow {
  readonly default: number;
  readonly unit: "ratio" | "calls" | "seconds" | "bytes" | "count" | "tokens";
  /** What it is held against, in one sentence. */
  readonly says: string;
}
