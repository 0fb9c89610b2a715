import type { Clock } from "../clock.ts";
import type { LeaseStore } from "../lease-store.ts";

export interface WatchLeaseOptions {
  readonly store: LeaseStore;
  readonly group: string;
  readonly clock: Clock;
  /** Before a watch that ended is begun again. */
  readonly againAfterMs: number;
  readonly signal: AbortSignal;
  readonly onStirred: () => void;
  readonly onFault: (error: unknown) => void;
}

/** Watches the lease until `signal` aborts, where the store can be watched. A watch that ends is begun again; polling goes on besides. */
export async function watchLease(options: WatchLeaseOptions): Promise<void> {
  const { store, group, signal, onStirred, onFault } = options;
  while (store.watch !== undefined && !signal.aborted) {
    try {
      for await (const _ of store.watch(group, signal)) onStirred();
    } catch (error) {
      if (!signal.aborted) onFault(error);
    }
    if (!signal.aborted) await pause(options);
  }
}

function pause({ clock, againAfterMs, signal }: WatchLeaseOptions): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      off();
      // The signal outlives this pause: what stays on it would pile up while a store is away.
      signal.removeEventListener("abort", end);
      resolve();
    };
    const off = clock.after(againAfterMs, end);
    signal.addEventListener("abort", end, { once: true });
  });
}
