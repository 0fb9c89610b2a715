import type { Registration } from "@mcp-ops/formats";

/** A process on the roll: registered, or killed a moment ago. */
export interface Entry {
  readonly server: string;
  readonly bootId: string;
  readonly pid: number;
  readonly startedAt: string;
  /** Undefined once it is dead. */
  readonly registration: Registration | undefined;
  /** On the monotonic clock; undefined while it lives. */
  readonly diedAtMs: number | undefined;
}

/**
 * The next roll: who is registered, oldest first, then who was killed and is still remembered. Who took its registration away
 * itself has ended as it should, and is gone at once.
 */
export function nextRoll(
  roll: readonly Entry[],
  found: { readonly registrations: readonly Registration[]; readonly swept: readonly string[] },
  nowMs: number,
  rememberDeadMs: number,
): readonly Entry[] {
  const living = found.registrations.map(entryOf);
  const names = new Set(living.map(({ bootId }) => bootId));
  const dead = roll.flatMap((entry) => {
    if (names.has(entry.bootId)) return [];
    const diedAtMs = entry.diedAtMs ?? (found.swept.includes(entry.bootId) ? nowMs : undefined);
    const remembered = diedAtMs !== undefined && nowMs - diedAtMs < rememberDeadMs;
    return remembered ? [{ ...entry, registration: undefined, diedAtMs }] : [];
  });
  return [...living, ...dead];
}

function entryOf(registration: Registration): Entry {
  const { server, bootId, pid, startedAt } = registration;
  return { server, bootId, pid, startedAt, registration, diedAtMs: undefined };
}
