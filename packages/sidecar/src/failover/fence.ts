import { spawn } from "node:child_process";
import { once } from "node:events";
import type { FenceOrder } from "@mcp-ops/failover";
import { variablesOf } from "../backup/dumper.ts";
import type { Place } from "../backup/open-set.ts";
import type { Log } from "../log.ts";
import type { FenceSettings } from "./settings.ts";

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
  return async ({ previous = "", token, signal: unwanted }) => {
    const told = {
      FAILOVER_GROUP: group,
      FAILOVER_NODE: node,
      FAILOVER_TOKEN: String(token),
      FAILOVER_PREVIOUS: previous,
    };
    const late = AbortSignal.timeout(timeoutMs);
    try {
      const variables = { PATH: PLAIN_PATH, ...variablesOf("failover.fence.env", env, place), ...told };
      await run(program, args, variables, AbortSignal.any([unwanted, late]));
    } catch (error) {
      unwanted.throwIfAborted();
      const how = late.aborted ? `did not end within ${timeoutMs} ms, and was killed` : howItEnded(error);
      if (required) throw new Error(`The fence hook ${how}.`);
      log("warn", `The fence hook ${how}. It is not required, so this node leads all the same.`);
    }
  };
}

/** Runs it to its end. Rejects with how else it ended, and at once when the signal aborts: then it is killed, with all that it started. */
async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  // A group of its own: a restore, say, must not go on behind the back of a hook that has failed.
  const child = spawn(program, args, { env, stdio: "ignore", detached: true });
  try {
    const [code, killedBy] = (await once(child, "exit", { signal })) as [number | null, string | null];
    if (code !== 0) throw Object.assign(new Error(), { code, killedBy });
  } catch (error) {
    if (child.pid !== undefined) killGroup(child.pid);
    throw error;
  }
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // None of them is left.
  }
}

function howItEnded(error: unknown): string {
  const { code, killedBy } = error as { code?: string | number | null; killedBy?: string | null };
  if (killedBy) return `was ended by ${killedBy}`;
  return typeof code === "number" ? `ended with ${code}` : `could not be run (${code ?? "no reason given"})`;
}
