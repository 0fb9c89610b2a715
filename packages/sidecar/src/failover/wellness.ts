/** When a server counts as ill, and as well again. */
export interface WellnessRule {
  readonly failures: number;
  readonly of: number;
  readonly passes: number;
}

/** Whether a server is well, by its last probes: the same rule as a node's of an election (R6), for where there is none. */
export class Wellness {
  readonly #rule: WellnessRule;
  #probes: boolean[] = [];
  isWell = false;

  constructor(rule: WellnessRule) {
    this.#rule = rule;
  }

  report(passing: boolean): void {
    const { failures, of, passes } = this.#rule;
    this.#probes = [...this.#probes, passing].slice(-Math.max(of, passes));
    const row = this.#probes.slice(-passes);
    const failed = this.#probes.slice(-of).filter((one) => !one).length;
    if (this.isWell ? failed < failures : row.length < passes || !row.every(Boolean)) return;
    this.isWell = !this.isWell;
    this.#probes = [];
  }
}
