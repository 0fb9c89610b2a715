import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readSettings } from "@mcp-ops/kit";
import { readSecret } from "../config/secrets.ts";
import type { DutyContext } from "../duties/duty.ts";
import { hintsOf } from "./hints.ts";
import { type ProbeFinding, Prober } from "./prober.ts";
import { probeServer } from "./server-probe.ts";
import { DEFAULT_EVERY_MS } from "./server-settings.ts";
import type { FailoverSettings } from "./settings.ts";
import type { StagedAge } from "./sync/staged-age.ts";
import { Synced } from "./synced.ts";

/** What is told after each probe: what it found, and how old the data of this node are. */
export type Report = (finding: ProbeFinding, syncLagMs: number | undefined) => void;

/** The probe of the server beside this sidecar; also where there is nothing to ask, so that the age of the data is looked at. */
export function openProber(
  { server, syncedFile }: FailoverSettings,
  context: DutyContext,
  leads: () => boolean,
  staged: Pick<StagedAge, "lagMs"> | undefined,
  report: Report,
): Prober {
  const { folder, env } = context;
  const { folder: runtimeFolder } = readSettings(env, process.getuid?.() ?? 0);
  const token = server.token && readSecret("failover.server.token", server.token, folder, env);
  const ages = [...(syncedFile ? [new Synced(resolve(folder, syncedFile))] : []), ...(staged ? [staged] : [])];
  const lag = inTime((leading) => oldest(ages, leading), server.timeoutMs);
  const everyMs = server.everyMs ?? hintsOf(env).everyMs ?? DEFAULT_EVERY_MS;
  return new Prober(
    (signal) => probeServer(server, { token, runtimeFolder }, leads(), signal),
    { everyMs, timeoutMs: server.timeoutMs, hurried: server.passes },
    async (finding) => report(finding, await lag(leads())),
  );
}

/** A disk that hangs leaves it unknown how old the data are; it must not keep anybody from hearing how the server is. */
export function inTime<T>(
  ask: (leads: boolean) => Promise<T>,
  timeoutMs: number,
): (leads: boolean) => Promise<T | undefined> {
  let asked: Promise<T> | undefined;
  return (leads) => {
    asked ??= ask(leads).finally(() => {
      asked = undefined;
    });
    return Promise.race([asked, pause(timeoutMs, undefined, { ref: false })]);
  };
}

/** Data are as old as the oldest of them; unknown when one of them is, and without any. */
async function oldest(
  ages: readonly { lagMs(leads: boolean): Promise<number | undefined> }[],
  leads: boolean,
): Promise<number | undefined> {
  const lags = await Promise.all(ages.map((age) => age.lagMs(leads)));
  return lags.length === 0 || lags.includes(undefined) ? undefined : Math.max(...(lags as number[]));
}
