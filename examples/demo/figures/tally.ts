/** How many requests ended in one way, by method, target and status: the labels of `mcp_requests_total`. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(method: string, target: string, status: string, count = 1): void {
    const key = [method, target, status].join(" ");
    this.#counts.set(key, this.get(key) + count);
  }

  get(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  keys(): Iterable<string> {
    return this.#counts.keys();
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }
}
