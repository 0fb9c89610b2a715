import { type Check, type Health, health, type OnCheck } from "@mcp-ops/health";
import { onTestFinished } from "vitest";

type Dependency = Parameters<OnCheck>[0];

/** The health of a server with one dependency, and a way to wait for what is found about it. */
export interface Watching {
  readonly health: Health;
  /** Settles when a run has found what `matches` wants. */
  until(matches: (dependency: Dependency) => boolean): Promise<Dependency>;
}

/** Often enough that a test waits for the dependency, not for the schedule. */
export const QUICK = { intervalMs: 5, timeoutMs: 5_000, rise: 2, fall: 2 } as const;

export function watching(check: Check): Watching {
  const waiting = new Set<{ matches(dependency: Dependency): boolean; resolve(dependency: Dependency): void }>();
  const one = health({
    checks: [check],
    onCheck(dependency) {
      for (const waiter of waiting) {
        if (waiter.matches(dependency) && waiting.delete(waiter)) waiter.resolve(dependency);
      }
    },
  });
  onTestFinished(() => one.close());
  one.start();
  return {
    health: one,
    until: (matches) => new Promise((resolve) => waiting.add({ matches, resolve })),
  };
}

export const isUp = ({ status }: Dependency): boolean => status === "up";
export const isDown = ({ status }: Dependency): boolean => status === "down";
