import { MINUTE_MS } from "../calendar/zone.ts";
import type { PriceCut } from "../quantities.ts";
import type { Rates } from "./rates.ts";
import type { WrittenVersion } from "./written-book.ts";

/** Prices over time, checked. */
export interface PriceBook {
  readonly currency: string;
  /** The oldest first. */
  readonly versions: readonly PriceVersion[];
}

/** What holds from one moment to that of the next version. */
export interface PriceVersion {
  readonly name: string;
  /** Milliseconds since 1970, a whole minute; −∞: from the beginning. */
  readonly fromMs: number;
  /** As the file has it. */
  readonly written: WrittenVersion;
  readonly rates: Rates;
  /** Of servers with prices of their own; what these leave out is that of `rates`. */
  readonly servers: ReadonlyMap<string, Rates>;
}

/** As the ledger notes what was counted before the first version: nothing has a price. */
const NO_PRICES = "";

const NONE: PriceVersion = {
  name: NO_PRICES,
  fromMs: Number.NEGATIVE_INFINITY,
  written: { name: NO_PRICES },
  rates: {},
  servers: new Map(),
};

/** The version in force at a moment. */
export function pricesAt(book: PriceBook, atMs: number): PriceVersion {
  return book.versions.findLast(({ fromMs }) => fromMs <= atMs) ?? NONE;
}

/**
 * The version the ledger noted. When the book has none of this name any more, the one that is now in force at that minute: the quantities stay,
 * and what they cost follows the book.
 */
export function pricesNamed(book: PriceBook, { price, fromMinute }: PriceCut): PriceVersion {
  return book.versions.find(({ name }) => name === price) ?? pricesAt(book, fromMinute * MINUTE_MS);
}

/** From when each version holds: where the ledger has to part what it counts. */
export function priceCuts(book: PriceBook): readonly PriceCut[] {
  return book.versions.map(({ name, fromMs }) => ({ price: name, fromMinute: Math.max(0, fromMs / MINUTE_MS) }));
}

/** What a server pays under a version. */
export function ratesOf(version: PriceVersion, server: string): Rates {
  return version.servers.get(server) ?? version.rates;
}
