import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { FenceOrder } from "@mcp-ops/failover";
import { variablesOf } from "../backup/dumper.ts";
import type { Place } from "../backup/open-set.ts";
import type { Log } from "../log.ts";
import type { FenceSettings } from "./settings.ts";

const run = promisify(execFile);
/** Where Debian keeps programs; nothing else is searched. */
const PLAIN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * The fence hook of the local config, and of nowhere else. What it prints is thrown away.
 * @returns rejects when a hook that is required does not end with 0 in time
 */
export function fenceOf(
  settings: FenceSettings,
  { group, node }: { readonly group: string; readonly node: string },
  place: Place,
  log: Log,
): (order: FenceOrder) => Promise<void> {
  const { program, args, env, required, timeoutMs } = settings;
  return async ({ previous = "", token, signal }) => {
    const told = {
      FAILOVER_GROUP: group,
      FAILOVER_NODE: node,
      FAILOVER_TOKEN: String(token),
      FAILOVER_PREVIOUS: previous,
    };
    try {
      const variables = { PATH: PLAIN_PATH, ...variablesOf("failover.fence.env", env, place), ...told };
      await run(program, [...args], { env: variables, timeout: timeoutMs, killSignal: "SIGKILL", signal });
    } catch (error) {
      if (required) throw new Error(`The fence hook ${howItEnded(error)}.`);
      log("warn", `The fence hook ${howItEnded(error)}. It is not required, so this node leads all the same.`);
    }
  };
}

function howItEnded(error: unknown): string {
  const { code, signal } = error as { code?: string | number | null; signal?: string | null };
  if (signal) return `was ended by ${signal}, as after its timeout`;
  return typeof code === "number" ? `ended with ${code}` : `could not be run (${code ?? "no reason given"})`;
}
