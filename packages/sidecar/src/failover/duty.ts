import { type Duty, type DutyContext, type DutyPlan, dutyPlan } from "../duties/duty.ts";
import type { Agent } from "./agent.ts";
import { failoverFamilies } from "./figures.ts";
import { hintsOf } from "./hints.ts";
import { openAgent } from "./open-agent.ts";
import { openProber } from "./open-prober.ts";
import { failoverPages } from "./pages.ts";
import type { ProbeFinding, Prober } from "./prober.ts";
import { failoverRoutes } from "./routes.ts";
import { type FailoverSettings, failoverSection } from "./settings.ts";
import { statusOf } from "./status-text.ts";
import { timingFor } from "./timing-settings.ts";
import { Wellness } from "./wellness.ts";

/** The duty `failover`: whether the server beside this sidecar is well, and whether it may lead. */
export const failoverPlan: DutyPlan = dutyPlan({
  name: "failover",
  section: failoverSection,
  onlyInFiles: ["fence"],
  open: openFailover,
  endsWithinMs,
});

function notesOf({ peers }: FailoverSettings, env: DutyContext["env"]): readonly string[] {
  const { notes, primaryHost } = hintsOf(env);
  if (!primaryHost || Object.values(peers).some(({ url }) => url === undefined)) return notes;
  const note =
    "PRIMARY_HOST is where the sidecar of one other node is, and makes nobody lead. It is not used here: name that node in failover.peers, with its token and without a url.";
  return [...notes, note];
}

/** For what is closed after the lease was given back. */
const CLOSING_MS = 1_000;

/** A primary of whose readers one does not confirm that it has stopped leads until its deadline, and then gives the lease back. */
function endsWithinMs({ group, mode, store, timing, fence }: FailoverSettings): number {
  if (group === undefined || mode === "active-active" || store === undefined) return 0;
  const { ttlMs, marginMs, rpcTimeoutMs } = timingFor(store.kind, timing, fence?.timeoutMs);
  return ttlMs - marginMs + rpcTimeoutMs + CLOSING_MS;
}

function openFailover(settings: FailoverSettings): Duty {
  const { group, mode, server } = settings;
  const wellness = new Wellness(server);
  let agent: Agent | undefined;
  let alone: Prober | undefined;
  let syncLagMs: number | undefined;
  const report = ({ passing }: ProbeFinding, lagMs: number | undefined) => {
    wellness.report(passing);
    syncLagMs = lagMs;
  };
  return {
    async start(context) {
      if (group === undefined) return;
      for (const note of notesOf(settings, context.env)) context.log("warn", note);
      if (mode === "active-passive") {
        agent = await openAgent(group, settings, context, report);
        return;
      }
      alone = openProber(settings, context, () => false, undefined, report);
      alone.start();
    },
    async stop() {
      alone?.stop();
      await agent?.[Symbol.asyncDispose]();
      agent = undefined;
    },
    status() {
      if (group === undefined) return { content: true, message: "There is no failover here." };
      if (agent !== undefined) return statusOf(agent.status, agent.parts.timing.ttlMs, agent.troubles);
      const { trouble = "" } = alone?.last ?? {};
      return wellness.isWell
        ? { content: true, message: `This node of ${group} serves, as all that are well do.` }
        : { content: false, message: `The server of this node is ill${trouble === "" ? "" : `: ${trouble}`}.` };
    },
    metrics: async (format) => failoverFamilies(agent, format),
    routes: failoverRoutes(() => agent),
    pages: failoverPages({
      agent: () => agent,
      healthy: () => (group === undefined ? undefined : (agent?.status.healthy ?? wellness.isWell)),
      syncLagMs: () => syncLagMs,
    }),
  };
}
