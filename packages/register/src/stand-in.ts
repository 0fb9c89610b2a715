import { isMainThread } from "node:worker_threads";
import { guarded } from "./warn.ts";

const SIGNALS: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP"];

type Listener = (...args: unknown[]) => void;

/**
 * Runs `cleanUp` before one of the signals that end a process ends it.
 *
 * Nothing changes for the host: our listener stands only while nobody else listens, and then ends the process by the same
 * signal. It leaves when the host adds a listener (whose doing ends in `exit`, or not at all) and returns when the host
 * removes its last one. A listener that stayed would keep alive those who count listeners to see whether they may exit.
 */
export function beforeFatalSignals(cleanUp: () => void): void {
  // Signals come to the main thread only. To pid 1 the kernel does not deliver one that nobody listens to, so none is fatal.
  if (!isMainThread || process.pid === 1) return;
  for (const signal of SIGNALS) standIn(signal, cleanUp);
}

function standIn(signal: NodeJS.Signals, cleanUp: () => void): void {
  const ours = () => {
    process.off(signal, ours);
    guarded("Cleaning up", cleanUp);
    process.kill(process.pid, signal);
  };
  const settle = () => {
    const stands = process.listeners(signal).includes(ours);
    const others = process.listenerCount(signal) - (stands ? 1 : 0);
    if (others === 0 && !stands) process.on(signal, ours);
    if (others > 0 && stands) process.off(signal, ours);
  };
  // Later, because Node watches a signal from its first listener to its last: if ours left before theirs is there, it would stop.
  process.on("newListener", (event: string | symbol, listener: Listener) => {
    if (event === signal && listener !== ours) process.nextTick(settle);
  });
  // At once, because whoever removes its listener may be about to send itself the signal.
  process.on("removeListener", (event: string | symbol, listener: Listener) => {
    if (event === signal && listener !== ours) settle();
  });
  settle();
}
