/** The clocks of a node. All that is decided is decided by `now`. */
export interface Clock {
  /** Monotonic, in milliseconds. */
  now(): number;
  /** Time of day, in milliseconds since 1970: for the history, and to notice jumps. */
  wall(): number;
  /** Calls once, after `ms` milliseconds or later. Returns how to call it off. */
  after(ms: number, call: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, Math.max(0, Math.ceil(ms)));
    return () => clearTimeout(timer);
  },
};
