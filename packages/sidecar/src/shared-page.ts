import type { Format } from "./exposition/family.ts";

/** How long a page may be shown again: whoever reaches the probes may ask, and asking must cost neither the servers nor us much. */
const FRESH_MS = 1_000;

/** A page that is made once for all who ask while it is made, or right after. */
export class SharedPage<Page> {
  readonly #pages = new Map<Format, Promise<Page>>();
  readonly #make: (format: Format) => Promise<Page>;

  constructor(make: (format: Format) => Promise<Page>) {
    this.#make = make;
  }

  read(format: Format): Promise<Page> {
    const shared = this.#pages.get(format);
    if (shared !== undefined) return shared;
    const page = this.#make(format);
    this.#pages.set(format, page);
    const forget = () => this.#pages.delete(format);
    page.then(() => setTimeout(forget, FRESH_MS).unref(), forget);
    return page;
  }
}
