import { spawn } from "node:child_process";
import { once } from "node:events";
import { messageOf } from "../log.ts";
import { variablesOf } from "./dumper.ts";
import type { Place } from "./open-set.ts";
import type { ProbeSettings } from "./probe-settings.ts";

/** Where Debian keeps programs; nothing else is searched. */
const PLAIN_PATH = "/usr/local/bin:/usr/bin:/bin";

export interface ProbeOptions {
  /** Folder of a drill; none after a restore in place. */
  readonly restored?: string;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/**
 * Runs the probe of a set, from the local config only. What it prints is thrown away.
 * @throws when it does not end with 0 in time
 */
export async function runProbe(
  probe: ProbeSettings,
  place: Place,
  { restored, signal: stop }: ProbeOptions = {},
): Promise<void> {
  const env = { PATH: PLAIN_PATH, ...variablesFor(probe, place) };
  const { program, args, timeoutMs } = probe;
  const child = spawn(program, args, {
    env: { ...env, ...(restored !== undefined && { MCP_OPS_RESTORED: restored }) },
    // It may say its secrets.
    stdio: "ignore",
    timeout: timeoutMs,
    killSignal: "SIGKILL",
    ...(stop !== undefined && { signal: stop }),
  });
  const [code, signal] = await once(child, "close").catch(({ code: why }: NodeJS.ErrnoException) => {
    stop?.throwIfAborted();
    throw new Error(`the probe ${program} cannot be run: ${why}`);
  });
  if (code === 0) return;
  throw new Error(`the probe ${program} ended with ${signal ?? `code ${code}`}; it has ${timeoutMs} ms`);
}

/** Of an error with a code only that is told after a restore; here the message says what to do. */
function variablesFor({ env }: ProbeSettings, place: Place): Readonly<Record<string, string>> {
  try {
    return variablesOf("probe.env", env, place);
  } catch (error) {
    throw new Error(messageOf(error));
  }
}
