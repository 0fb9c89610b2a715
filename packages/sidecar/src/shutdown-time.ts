import type { Config } from "./config/schema.ts";
import { DEFAULT_SHUTDOWN_MS } from "./config/sections.ts";
import type { DutyPlan } from "./duties/duty.ts";

/** How long the duties get to end their work, in milliseconds: what the config says, else as long as the slowest may need. */
export function shutdownMs(config: Config, duties: readonly DutyPlan[]): number {
  return config.shutdown.deadlineMs ?? Math.max(...needs(config, duties).map(({ ms }) => ms), DEFAULT_SHUTDOWN_MS);
}

/** What to tell of duties that may need longer than the config gives them. */
export function shutdownWarnings(config: Config, duties: readonly DutyPlan[]): readonly string[] {
  const { deadlineMs = Number.POSITIVE_INFINITY } = config.shutdown;
  const short = needs(config, duties).filter(({ ms }) => ms > deadlineMs);
  return short.map(
    ({ name, ms }) =>
      `The duty ${name} may need ${ms} ms to end in order, and shutdown.deadlineMs gives it ${deadlineMs}. Leave that out, or give more.`,
  );
}

function needs(config: Config, duties: readonly DutyPlan[]): readonly { readonly name: string; readonly ms: number }[] {
  return duties.map(({ name, endsWithinMs }) => ({ name, ms: endsWithinMs?.(config[name] as object) ?? 0 }));
}
