import { execFile } from "node:child_process";
import { OpsError } from "@mcp-ops/formats";

/** promtool says much when a test fails. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Runs Prometheus' own tool. Throws CLI_PROGRAM_MISSING where it is not installed. */
export function promtool(...args: readonly string[]): Promise<{ readonly ok: boolean; readonly said: string }> {
  return new Promise((resolve, reject) => {
    execFile("promtool", args, { maxBuffer: MAX_BYTES }, (error, stdout, stderr) => {
      if (error?.code === "ENOENT") reject(missing());
      else resolve({ ok: error === null, said: `${stdout}${stderr}` });
    });
  });
}

function missing(): OpsError {
  return new OpsError(
    "CLI_PROGRAM_MISSING",
    "promtool is not installed, so nothing was tried. It comes with Prometheus: apt-get install prometheus, or take it from prometheus.io/download and put it on the PATH.",
  );
}
