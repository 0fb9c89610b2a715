import type { FailoverNode, LeaseStore, NodeStatus, Timing } from "@mcp-ops/failover";
import { ROLE_SCHEMA, type RoleDocument, type RoleSaid } from "@mcp-ops/formats";
import type { Faults } from "./faults.ts";
import type { History } from "./history.ts";
import type { Peers } from "./peers.ts";
import type { Prober } from "./prober.ts";
import type { Pullers } from "./pullers.ts";
import { Repeats } from "./repeats.ts";
import type { Schedule } from "./schedule.ts";
import type { Troubles } from "./status-text.ts";
import type { Sync } from "./sync/sync.ts";

/** What an agent is made of. */
export interface AgentParts {
  readonly node: FailoverNode;
  readonly store: LeaseStore;
  readonly timing: Timing;
  readonly history: History;
  readonly peers: Peers;
  readonly pullers: Pullers;
  readonly prober: Prober;
  readonly schedule: Schedule;
  readonly sync: Sync | undefined;
  readonly faults: Faults;
  /** Where clients reach the server of this node. */
  readonly publicUrl: string | undefined;
}

/** Who leads, and where its server is, as the config here knows. */
export interface Primary {
  readonly node: string;
  readonly url?: string;
}

/** Stands beside one server, and knows by a lease whether that may lead. */
export class Agent implements AsyncDisposable {
  readonly parts: AgentParts;
  readonly repeats: Repeats = new Repeats();
  #leadsSince: number | undefined;

  constructor(parts: AgentParts) {
    this.parts = parts;
    parts.node.onChange(() => {
      this.#leadsSince = this.status.role === "primary" ? (this.#leadsSince ?? performance.now()) : undefined;
    });
  }

  get status(): NodeStatus {
    return this.parts.node.status();
  }

  /** Takes new calls as the primary. */
  get leads(): boolean {
    const { role, draining, remainingMs } = this.status;
    return role === "primary" && !draining && remainingMs > 0;
  }

  /** Undefined on a standby. */
  get leadingForMs(): number | undefined {
    if (!this.leads || this.#leadsSince === undefined) return undefined;
    return performance.now() - this.#leadsSince;
  }

  get troubles(): Troubles {
    const { prober, sync, faults } = this.parts;
    return { server: prober.last?.trouble ?? "", sync: sync?.trouble ?? "", store: faults.last };
  }

  primary(): Primary | undefined {
    const { holder, node, phase } = this.status;
    // An earlier life of this node, or another process of its name: nobody is to be sent here for that.
    if (holder === undefined || (holder.node === node && phase === "standby")) return undefined;
    const url = holder.node === node ? this.parts.publicUrl : this.parts.peers.serverUrl(holder.node);
    return { node: holder.node, ...(url !== undefined && { url }) };
  }

  /** What may be news to somebody. */
  said(): RoleSaid {
    const { role, draining, token } = this.status;
    const primary = this.primary();
    return {
      role,
      token: String(token),
      ...(draining && { draining }),
      ...(primary !== undefined && { primary }),
    };
  }

  /**
   * Computed at the moment of answering, and remembered: who was told that it may lead has to stop before another may.
   * @param askedAt monotonic time of the question, from which `remainingMs` counts
   */
  role(puller: string | undefined, stopped: string | undefined, askedAt: number): RoleDocument {
    const { token, remainingMs } = this.status;
    const hasStopped = puller !== undefined && stopped === String(token);
    if (hasStopped) this.parts.pullers.stopped(puller);
    else if (remainingMs > 0) this.parts.pullers.told(puller, remainingMs);
    const mayLead = !hasStopped && remainingMs > 0;
    const waitedMs = performance.now() - askedAt;
    return { ...this.roleForOnlookers(), remainingMs: mayLead ? Math.floor(remainingMs + waitedMs) : 0 };
  }

  /** Says who leads, and gives nobody any time to lead. */
  roleForOnlookers(): RoleDocument {
    const { group, node, retryAfterMs } = this.status;
    return {
      schema: ROLE_SCHEMA,
      group,
      node,
      ...this.said(),
      remainingMs: 0,
      retryAfterMs: Math.ceil(retryAfterMs),
    };
  }

  /** Settles when the node is as asked, or the time is over: true if it is. */
  until(condition: (status: NodeStatus) => boolean, ms: number): Promise<boolean> {
    if (condition(this.status)) return Promise.resolve(true);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(resolve, ms, false);
    const unlisten = this.parts.node.onChange(() => condition(this.status) && resolve(true));
    return promise.finally(() => {
      clearTimeout(timer);
      unlisten();
    });
  }

  /** Gives the lease back in order, where it has it. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { node, store, history, prober, schedule, sync } = this.parts;
    prober.stop();
    schedule[Symbol.dispose]();
    await node[Symbol.asyncDispose]();
    await sync?.[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await history[Symbol.asyncDispose]();
  }
}
