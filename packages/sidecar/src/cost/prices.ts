import { readFile, stat } from "node:fs/promises";
import { DEFAULT_BOOK, type PriceBook, readPriceBook } from "@mcp-ops/cost";
import { OpsError } from "@mcp-ops/formats";
import { parse } from "yaml";
import { SIDECAR_ERROR } from "../codes.ts";

/** A price book is written by people. */
const MAX_BYTES = 1024 * 1024;

const SETTLED_MS = 1_000;

/** ISO 4217 has XXX for no currency. */
const NO_BOOK: PriceBook = { currency: "XXX", versions: [] };

/** The price book of the config; read again when its file has changed. */
export class Prices {
  readonly file: string | undefined;
  readonly #now: () => number;
  #book: PriceBook;
  #stamp = "";
  /** Why the file cannot be used; then the prices before hold. */
  fault: string | undefined;

  constructor(file: string | undefined, now: () => number = Date.now) {
    this.file = file;
    this.#now = now;
    this.#book = file === undefined ? readPriceBook(DEFAULT_BOOK) : NO_BOOK;
  }

  get book(): PriceBook {
    return this.#book;
  }

  /** Whether there are prices. While a file could not be read there are none: the defaults would look like what it says. */
  get isUsable(): boolean {
    return this.#book !== NO_BOOK;
  }

  /** Looks at the file; whether there are other prices now. Never rejects. */
  async refresh(): Promise<boolean> {
    if (this.file === undefined) return false;
    try {
      const { mtimeMs, size, ino } = await stat(this.file);
      const stamp = `${mtimeMs} ${size} ${ino}`;
      if (stamp === this.#stamp || (this.isUsable && isFresh(this.#now() - mtimeMs))) return false;
      this.#stamp = stamp;
      this.#book = readPriceBook(await contentOf(this.file, size));
      this.fault = undefined;
      return true;
    } catch (error) {
      this.fault = wordsFor(error, this.file);
      // What keeps it from being read may go without a trace on the file, such as a right that is given.
      if (!(error instanceof OpsError)) this.#stamp = "";
      return false;
    }
  }
}

/**
 * Half a list of versions is a list of versions: whoever is in the midst of writing it is waited for. A file that was
 * written just now may be a part of a millisecond younger than the clock says.
 */
function isFresh(ageMs: number): boolean {
  return Math.abs(ageMs) < SETTLED_MS;
}

/** JSON is YAML. */
async function contentOf(file: string, size: number): Promise<unknown> {
  if (size > MAX_BYTES)
    throw priceError(`The price book ${file} is longer than ${MAX_BYTES} bytes. Name the right file with cost.prices.`);
  const text = await readFile(file, "utf8");
  try {
    return parse(text, { maxAliasCount: 20, prettyErrors: false, logLevel: "silent" });
  } catch (cause) {
    throw priceError(
      `The price book ${file} is neither YAML nor JSON. The prices before hold until it is mended.`,
      cause,
    );
  }
}

function wordsFor(error: unknown, file: string): string {
  if (error instanceof OpsError) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  return `The price book ${file} cannot be read (${code}). Give this user the right to read it, or name another with cost.prices.`;
}

function priceError(message: string, cause?: unknown): OpsError {
  return new OpsError(SIDECAR_ERROR.pricesUnreadable, message, { cause });
}
