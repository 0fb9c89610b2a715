/** When the demo is to end: after a while, at Ctrl-C, or because nobody reads it any more. */
export interface Ending extends Disposable {
  readonly signal: AbortSignal;
  /** Aborted when somebody does not want to wait: not by time. */
  readonly calledOff: AbortSignal;
  /** Ends it so long from now; undefined leaves that to the person. */
  after(durationMs: number | undefined): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function ending(): Ending {
  const [callOff, timeUp] = [new AbortController(), new AbortController()];
  const end = () => callOff.abort();
  // Stays on for good: npm passes a Ctrl-C on that the terminal has sent us already, and the summary must survive the second one.
  for (const signal of SIGNALS) process.on(signal, end);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", end);
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: AbortSignal.any([callOff.signal, timeUp.signal]),
    calledOff: callOff.signal,
    after(durationMs) {
      if (durationMs !== undefined) timer = setTimeout(() => timeUp.abort(), durationMs);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
