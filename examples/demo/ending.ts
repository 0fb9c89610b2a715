/** When the demo is to end: after a while, at Ctrl-C, or because nobody reads it any more. */
export interface Ending extends Disposable {
  readonly signal: AbortSignal;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function ending(forMs: number | undefined): Ending {
  const controller = new AbortController();
  const end = () => controller.abort();
  // Stays on for good: npm passes a Ctrl-C on that the terminal has sent us already, and the summary must survive the second one.
  for (const signal of SIGNALS) process.on(signal, end);
  process.stdout.on("error", end);
  const timer = forMs === undefined ? undefined : setTimeout(end, forMs);
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}
