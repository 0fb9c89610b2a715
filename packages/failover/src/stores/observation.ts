/** Lease records of others as this process saw them: whose time runs out is judged by how long it has not changed, on our own clock. */
export class Observations {
  readonly #seen = new Map<string, { readonly record: string; readonly sinceMs: number }>();
  readonly #now: () => number;

  /** @param now monotonic, in milliseconds. One store has the leases of a few groups, so nothing is ever forgotten. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** For how long this record has been as it is, as far as this process knows: 0 at first sight. */
  unchangedMs(name: string, record: string): number {
    const now = this.#now();
    const seen = this.#seen.get(name);
    if (seen?.record === record) return now - seen.sinceMs;
    this.#seen.set(name, { record, sinceMs: now });
    return 0;
  }
}
