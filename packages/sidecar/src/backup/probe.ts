import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { variablesOf } from "./dumper.ts";
import type { Place } from "./open-set.ts";
import type { ProbeSettings } from "./settings.ts";

const run = promisify(execFile);
/** Where Debian keeps programs; nothing else is searched. */
const PLAIN_PATH = "/usr/local/bin:/usr/bin:/bin";

/**
 * Runs the probe of a set, from the local config only. What it prints is thrown away.
 * @param restored folder of a drill; none after a restore in place
 * @throws when it does not end with 0 in time
 */
export async function runProbe(probe: ProbeSettings, place: Place, restored?: string): Promise<void> {
  const env = { PATH: PLAIN_PATH, ...variablesOf("probe.env", probe.env, place) };
  await run(probe.program, [...probe.args], {
    env: { ...env, ...(restored !== undefined && { MCP_OPS_RESTORED: restored }) },
    timeout: probe.timeoutMs,
    killSignal: "SIGKILL",
  });
}
