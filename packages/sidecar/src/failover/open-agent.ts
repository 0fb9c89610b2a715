import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { type NodeOptions, openNode } from "@mcp-ops/failover";
import { OpsError } from "@mcp-ops/formats";
import type { Place } from "../backup/open-set.ts";
import { SIDECAR_ERROR } from "../codes.ts";
import { readText, readToken } from "../config/secrets.ts";
import type { DutyContext } from "../duties/duty.ts";
import { stateFolder } from "../state/state-file.ts";
import { Agent, type AgentParts } from "./agent.ts";
import { Faults } from "./faults.ts";
import { fenceOf } from "./fence.ts";
import { adminUrlAt, hintsOf } from "./hints.ts";
import { History } from "./history.ts";
import { Memory } from "./memory.ts";
import { openProber, type Report } from "./open-prober.ts";
import { switchover } from "./orders.ts";
import { Peers } from "./peers.ts";
import { Pullers } from "./pullers.ts";
import { Schedule } from "./schedule.ts";
import type { FailoverSettings, PeerSettings } from "./settings.ts";
import { openStore } from "./stores.ts";
import { openSync } from "./sync/open-sync.ts";
import { timingFor } from "./timing-settings.ts";

const MISSED_SYNCS = 3;

/** Opens the agent of a node in a group where one leads. It boots as a standby, whatever it was before. */
export async function openAgent(
  group: string,
  settings: FailoverSettings,
  context: DutyContext,
  onReport: Report,
): Promise<Agent> {
  const { log, state, folder, env } = context;
  if (settings.store === undefined) throw new Error("The schema lets no group without a store pass.");
  const peers = peersOf(settings.peers, { folder, env });
  const sync = settings.sync && (await openSync(settings.sync, context, { peers, ...leadOf(() => agent) }));
  const prober = openProber(
    settings,
    context,
    () => agent.leads,
    sync,
    (finding, lagMs) => {
      agent.parts.node.reportSyncLag(lagMs);
      agent.parts.node.reportHealth(finding.passing ? "passing" : "failing");
      onReport(finding, lagMs);
    },
  );
  const store = openStore(settings.store, { folder, env });
  const history = new History(state, historyFolder(settings, { folder, env }), log);
  const pullers = new Pullers(() => performance.now());
  const faults = new Faults(log, () => performance.now());
  const schedule = scheduleOf(context, () => agent);
  const opened = { store, history, pullers, peers, prober, schedule, sync, faults };
  const agent: Agent = await begun(opened, () => {
    const timing = timingFor(store.kind, settings.timing, settings.fence?.timeoutMs, store.caps.minTtlMs);
    const node = openNode(nodeOptions(group, settings, context, { store, history, pullers, faults, timing }));
    return new Agent({ ...opened, node, timing, publicUrl: settings.server.publicUrl ?? settings.server.url });
  });
  schedule.open();
  prober.start();
  sync?.start();
  return agent;
}

/** Who leads, unless it is this node; and whether it does. */
function leadOf(agent: () => Agent) {
  const primary = () => {
    const { holder, node } = agent().status;
    return holder?.node === node ? undefined : holder?.node;
  };
  return { primary, leads: () => agent().leads };
}

/** What was opened for an agent that cannot be is closed again. */
async function begun(opened: Pick<AgentParts, "store" | "history" | "sync">, begin: () => Agent): Promise<Agent> {
  try {
    return begin();
  } catch (error) {
    await opened.sync?.[Symbol.asyncDispose]();
    await opened.history[Symbol.asyncDispose]();
    await opened.store[Symbol.asyncDispose]();
    throw error;
  }
}

function nodeOptions(
  group: string,
  settings: FailoverSettings,
  context: DutyContext,
  parts: Pick<AgentParts, "store" | "history" | "pullers" | "faults" | "timing">,
): NodeOptions {
  const { log, state, folder, env } = context;
  const { fence, priority, server } = settings;
  const { store, history, pullers, faults, timing } = parts;
  const node = nodeName(settings);
  const memory = new Memory(state, group, node);
  const maxSyncLagMs = maxSyncLag(settings, context);
  const { failures, of, passes } = server;
  return {
    group,
    node,
    store,
    timing,
    priority,
    health: { failures, of, passes },
    memory: memory.read(),
    persist: async (next) => memory.write(next),
    drain: (signal) => pullers.allStopped(signal),
    onTransition: (transition) => history.add(transition),
    onFault: (error) => faults.add(error),
    ...(maxSyncLagMs !== undefined && { maxSyncLagMs }),
    ...(fence !== undefined && { fence: fenceOf(fence, { group, node }, { folder, env }, log) }),
  };
}

/** Where SYNC_INTERVAL is all that is said, data that missed it three times are too old. */
function maxSyncLag({ maxSyncLagMs, syncedFile }: FailoverSettings, { env }: DutyContext): number | undefined {
  const { syncIntervalMs } = hintsOf(env);
  if (maxSyncLagMs !== undefined || syncedFile === undefined || syncIntervalMs === undefined) return maxSyncLagMs;
  return MISSED_SYNCS * syncIntervalMs;
}

/** The host name, as far as it can stand in a lease and in a URL. */
function nodeName({ node }: FailoverSettings): string {
  return (
    node ??
    (hostname()
      .replace(/[^A-Za-z0-9._-]/g, "-")
      .replace(/^[^A-Za-z0-9]+/, "")
      .slice(0, 100) ||
      "node")
  );
}

function historyFolder({ history }: FailoverSettings, { folder, env }: Place): string {
  return history.folder === undefined ? join(stateFolder(env), "failover-history") : resolve(folder, history.folder);
}

function peersOf(peers: Readonly<Record<string, PeerSettings>>, { folder, env }: Place): Peers {
  const read = Object.entries(peers).map(([name, { url, token, ca, serverUrl }]) => {
    const shown = token && readToken(`failover.peers.${name}.token`, token, folder, env);
    return [
      name,
      {
        url: url ?? urlByHint(name, ca !== undefined, env),
        token: shown,
        ca: ca && readText(`failover.peers.${name}.ca`, resolve(folder, ca)),
        serverUrl,
      },
    ] as const;
  });
  return new Peers(new Map(read));
}

/** Of the one node whose address stands in no config. @throws SIDECAR_CONFIG_INVALID */
function urlByHint(name: string, isTls: boolean, env: Place["env"]): string {
  const { primaryHost } = hintsOf(env);
  const url = primaryHost && adminUrlAt(primaryHost, isTls);
  if (url) return url;
  const what = primaryHost ? "PRIMARY_HOST is no address" : "PRIMARY_HOST is not set";
  const message = `failover.peers.${name} has no url, and ${what}. Give one of them, such as http://10.0.0.2:9466.`;
  throw new OpsError(SIDECAR_ERROR.configInvalid, message);
}

function scheduleOf({ state, log }: DutyContext, agent: () => Agent): Schedule {
  return new Schedule(
    state,
    (scheduled) => {
      const order = { id: scheduled.requestId, by: scheduled.by, dryRun: false, isPassedOn: false };
      void switchover(agent(), scheduled, order).then(({ status, body }) => {
        const { error } = body as { error?: { message: string } };
        const what = error === undefined ? "has begun." : `was refused: ${error.message}`;
        log(error === undefined ? "info" : "error", `The switchover that was planned for ${scheduled.at} ${what}`, {
          status,
        });
      });
    },
    ({ at }) =>
      log(
        "error",
        `The switchover that was planned for ${at} did not happen: the sidecar was not there. Plan another.`,
      ),
  );
}
