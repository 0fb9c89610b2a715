/** Aborts on the first Ctrl-C or SIGTERM. The second ends the process at once, as ever. */
export function calledOff(): { readonly signal: AbortSignal } & Disposable {
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  return {
    signal: stop.signal,
    [Symbol.dispose]: () => void process.off("SIGINT", end).off("SIGTERM", end),
  };
}
