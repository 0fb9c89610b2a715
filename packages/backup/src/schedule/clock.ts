/** Time as a schedule sees it; a parameter, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970. May jump, either way. */
  now(): number;
  /** Calls `then` once after `ms`; the function given back calls it off. */
  after(ms: number, then: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};
