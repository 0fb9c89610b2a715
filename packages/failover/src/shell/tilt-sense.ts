/** How far the time of day may jump against the monotonic clock between two looks. */
const MAX_JUMP_MS = 1_000;

export interface Tilt {
  readonly clock: "loop" | "wall";
  readonly ms: number;
}

/**
 * Notices that the process stood still, or that a clock jumped (R5). Both are needed: the monotonic clock of a machine that was
 * suspended may have stood still with it.
 */
export class TiltSense {
  /** How often to look at least. */
  readonly everyMs: number;
  readonly #maxGapMs: number;
  #now: number;
  #wall: number;

  constructor(ttlMs: number, now: number, wall: number) {
    this.everyMs = Math.floor(ttlMs / 8);
    this.#maxGapMs = ttlMs / 4;
    this.#now = now;
    this.#wall = wall;
  }

  look(now: number, wall: number): Tilt | undefined {
    const passed = now - this.#now;
    const jump = wall - this.#wall - passed;
    this.#now = now;
    this.#wall = wall;
    if (passed - this.everyMs > this.#maxGapMs) return { clock: "loop", ms: passed };
    return Math.abs(jump) > MAX_JUMP_MS ? { clock: "wall", ms: jump } : undefined;
  }
}
