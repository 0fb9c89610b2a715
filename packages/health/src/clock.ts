/** Time as the checks see it; a parameter, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970, for what is shown. */
  wall(): number;
  /** Milliseconds since some moment, never set back, for what is measured. */
  monotonic(): number;
  /** Calls `then` once after `ms`; the function given back calls it off. Never keeps the process alive. */
  after(ms: number, then: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
