import { resolve } from "node:path";
import { readSettings } from "@mcp-ops/kit";
import { readSecret } from "../config/secrets.ts";
import type { DutyContext } from "../duties/duty.ts";
import { hintsOf } from "./hints.ts";
import { type ProbeFinding, Prober } from "./prober.ts";
import { probeServer } from "./server-probe.ts";
import { DEFAULT_EVERY_MS } from "./server-settings.ts";
import type { FailoverSettings } from "./settings.ts";
import { Synced } from "./synced.ts";

/** What is told after each probe: what it found, and how old the data of this node are. */
export type Report = (finding: ProbeFinding, syncLagMs: number | undefined) => void;

/** The probe of the server beside this sidecar; also where there is nothing to ask, so that the age of the data is looked at. */
export function openProber(
  { server, syncedFile }: FailoverSettings,
  context: DutyContext,
  leads: () => boolean,
  report: Report,
): Prober {
  const { folder, env } = context;
  const { folder: runtimeFolder } = readSettings(env, process.getuid?.() ?? 0);
  const token = server.token && readSecret("failover.server.token", server.token, folder, env);
  const synced = new Synced(syncedFile && resolve(folder, syncedFile));
  const everyMs = server.everyMs ?? hintsOf(env).everyMs ?? DEFAULT_EVERY_MS;
  return new Prober(
    (signal) => probeServer(server, { token, runtimeFolder }, leads(), signal),
    { everyMs, timeoutMs: server.timeoutMs, hurried: server.passes },
    async (finding) => report(finding, await synced.lagMs(leads())),
  );
}
