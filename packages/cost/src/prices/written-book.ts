import type { UnitKey } from "./units.ts";

/** A price in the book's currency: a number, or the same as text where it has more than 15 digits. At most 12 digits after the point. */
export type WrittenPrice = number | string;

/** What one server pays, or all of them. */
export interface WrittenPrices extends Readonly<Partial<Record<UnitKey, WrittenPrice>>> {
  /** Whose input tokens the results are: a key of `models`. */
  readonly model?: string;
  /** For each call of a tool, to whoever sells the server. */
  readonly call?: WrittenPrice;
}

export interface WrittenServerPrices extends WrittenPrices {
  /** For each call of these tools, instead of `call`. */
  readonly tools?: Readonly<Record<string, WrittenPrice>>;
}

export interface WrittenModel {
  readonly inputMillionTokens: WrittenPrice;
}

/** What holds from a moment on. Each version is whole: it takes nothing over from the one before. */
export interface WrittenVersion {
  /** The ledger notes it with what it counts: another version, another name. */
  readonly name: string;
  /** ISO 8601 with an offset, to the minute: `2026-11-21T12:00+01:00`. Left out: from the beginning. */
  readonly from?: string;
  /** Where the prices come from, and when they were read. */
  readonly source?: string;
  /** For every server, but for what `servers` says otherwise. */
  readonly prices?: WrittenPrices;
  readonly models?: Readonly<Record<string, WrittenModel>>;
  readonly servers?: Readonly<Record<string, WrittenServerPrices>>;
}

/** The file of prices, as YAML or JSON has it. */
export interface WrittenBook {
  /** ISO 4217: one for the whole book, because sums of two currencies are none. */
  readonly currency: string;
  readonly versions: readonly WrittenVersion[];
}
