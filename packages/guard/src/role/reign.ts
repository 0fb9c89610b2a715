import { parseToken, type RoleDocument } from "@mcp-ops/formats";

/** A wall clock that ran so much further than the monotonic one tells of a suspended machine, in which the monotonic one stood (R5). */
const TILT_MS = 1_000;
/** The longest delay a timer takes. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** The clocks a reign is measured with, in milliseconds. */
export interface Clocks {
  /** Never goes back, and nobody sets it: all deadlines are in it. */
  monotonic(): number;
  /** Only to notice that the machine was suspended. */
  wall(): number;
}

/** A moment: monotonic, and how far the wall clock was ahead of that. */
interface Mark {
  readonly at: number;
  readonly ahead: number;
}

export const SYSTEM_CLOCKS: Clocks = { monotonic: () => performance.now(), wall: () => Date.now() };

/** How long this process may lead, by what its agent said last. Nothing here waits for anybody: the deadline has a timer of its own (R2). */
export class Reign {
  readonly #clocks: Clocks;
  readonly #onChange: () => void;
  #until = 0;
  #ahead = 0;
  #highest = 0n;
  #token = 0n;
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `onChange` is called whenever a reign begins or ends. */
  constructor(clocks: Clocks, onChange: () => void) {
    this.#clocks = clocks;
    this.#onChange = onChange;
  }

  /**
   * Monotonic time until which this process may lead; 0 when it may not. Looks at the clock itself: in a process that was frozen, a timer that is due may
   * come after a request.
   */
  get until(): number {
    const now = this.#clocks.monotonic();
    if (this.#controller !== undefined && now >= this.#until) this.end();
    if (this.#controller === undefined) return 0;
    return this.#clocks.wall() - now - this.#ahead > TILT_MS ? 0 : this.#until;
  }

  get signal(): AbortSignal | undefined {
    return this.until === 0 ? undefined : this.#controller?.signal;
  }

  /** The time to be taken before the agent is asked (R1): what it answers counts from there, however long the answer lay about. */
  mark(): Mark {
    const at = this.#clocks.monotonic();
    return { at, ahead: this.#clocks.wall() - at };
  }

  /** Takes what the agent said to a question put at `asked`. False for a primary whose token went back: it must not lead. */
  take({ role, token: text, remainingMs }: RoleDocument, asked: Mark): boolean {
    const token = parseToken(text) ?? 0n;
    const hasGoneBack = token < this.#highest;
    if (!hasGoneBack) this.#highest = token;
    const now = this.mark();
    const until = asked.at + remainingMs;
    const isLate = until <= now.at || now.ahead - asked.ahead > TILT_MS;
    this.#ahead = now.ahead;
    if (role !== "primary" || hasGoneBack || isLate) this.end();
    else this.#begin(token, until);
    return role !== "primary" || !hasGoneBack;
  }

  end(): void {
    clearTimeout(this.#timer);
    const ended = this.#controller;
    this.#controller = undefined;
    if (ended === undefined) return;
    ended.abort();
    this.#onChange();
  }

  #begin(token: bigint, until: number): void {
    // Another token is another lease: what began under the one before can do nothing any more.
    if (token !== this.#token) this.end();
    this.#until = until;
    this.#token = token;
    this.#watch();
    if (this.#controller !== undefined) return;
    this.#controller = new AbortController();
    this.#onChange();
  }

  /** A timer may come a moment early, by another clock than this one: then it is set again. */
  #watch(): void {
    clearTimeout(this.#timer);
    const leftMs = Math.ceil(this.#until - this.#clocks.monotonic());
    const look = () => {
      void this.until;
      if (this.#controller !== undefined) this.#watch();
    };
    this.#timer = setTimeout(look, Math.min(Math.max(1, leftMs), MAX_DELAY_MS)).unref();
  }
}
