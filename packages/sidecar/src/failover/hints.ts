import { durationMs } from "./durations.ts";
import { EVERY_BOUNDS } from "./server-settings.ts";
import { SYNC_BOUNDS } from "./sync/sync-settings.ts";

/** What the variables of usual compose files say. None of them can make a node lead. */
export interface Hints {
  readonly everyMs: number | undefined;
  readonly syncIntervalMs: number | undefined;
  /** Where the node is from which a standby was to take its data, `host` or `host:port` or a URL. */
  readonly primaryHost: string | undefined;
  /** What to tell the operator about them. */
  readonly notes: readonly string[];
}

interface Bounds {
  readonly minMs: number;
  readonly maxMs: number;
}

const DEFAULT_PORT = 9466;

/** Reads ROLE, PRIMARY_HOST, SYNC_INTERVAL and HEALTH_CHECK_INTERVAL. */
export function hintsOf(env: Readonly<Record<string, string | undefined>>): Hints {
  const notes: string[] = [];
  if (env.ROLE) notes.push("ROLE is a hint only: every node boots as a standby, and leads when it gets the lease.");
  const read = (name: string, { minMs, maxMs }: Bounds) => {
    const text = env[name];
    if (!text) return undefined;
    const ms = durationMs(text);
    if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
    const what = ms === undefined ? "is no duration" : `is not between ${minMs} ms and ${maxMs / 1000} s`;
    notes.push(`${name} ${what}, and counts as not set. Write it like 30 (seconds), 30s or 500ms.`);
    return undefined;
  };
  const everyMs = read("HEALTH_CHECK_INTERVAL", EVERY_BOUNDS);
  return { everyMs, syncIntervalMs: read("SYNC_INTERVAL", SYNC_BOUNDS), primaryHost: env.PRIMARY_HOST, notes };
}

/** The admin listener of the sidecar at a PRIMARY_HOST; undefined when that is no address. */
export function adminUrlAt(primaryHost: string, isTls: boolean): string | undefined {
  const whole = primaryHost.includes("://") ? primaryHost : `${isTls ? "https" : "http"}://${primaryHost}`;
  const url = URL.parse(whole);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.pathname !== "/") return undefined;
  if (!/:\d+\/?$/.test(whole)) url.port = String(DEFAULT_PORT);
  return url.origin;
}
