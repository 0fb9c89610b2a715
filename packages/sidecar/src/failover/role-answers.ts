import type { NodeStatus } from "@mcp-ops/failover";
import { ROLE_QUERY, roleSeen } from "@mcp-ops/formats";
import type { ProbeReply } from "../listeners/probe-page.ts";
import type { Agent } from "./agent.ts";

/** Questions that wait for news at once; beyond, one is answered at once, and comes again. */
const MAX_WAITING = 100;
const MAX_WAIT_MS = 1_000;
/** For the store to confirm a lease when a clock has misbehaved. With what a gate lets us wait, shorter than it waits for an answer. */
const CONFIRM_MS = 400;

/** Answers `GET /role`: to who knows what it would hear already, when there is news. So a gate hears of a drain at once, and asks no oftener. */
export class RoleAnswers {
  #waiting = 0;

  async to(query: Readonly<Record<string, string>>, agent: Agent): Promise<ProbeReply> {
    const askedAt = performance.now();
    const puller = /^[\w.-]{1,64}$/.exec(query[ROLE_QUERY.puller] ?? "")?.[0];
    const stopped = query[ROLE_QUERY.stopped];
    // What it confirms counts from now on, and not from its answer.
    if (stopped !== undefined) agent.role(puller, stopped, askedAt);
    await this.#news(query, agent);
    const isOnlooker = query[ROLE_QUERY.onlooker] !== undefined;
    if (!isOnlooker) await this.#wait(agent, isDoubted, CONFIRM_MS);
    return { status: 200, body: isOnlooker ? agent.roleForOnlookers() : agent.role(puller, stopped, askedAt) };
  }

  async #news(query: Readonly<Record<string, string>>, agent: Agent): Promise<void> {
    const seen = query[ROLE_QUERY.seen];
    const isKnown = () => roleSeen(agent.said()) === seen;
    const waitMs = Math.min(Number(query[ROLE_QUERY.wait] ?? 0), MAX_WAIT_MS);
    if (waitMs > 0) await this.#wait(agent, isKnown, waitMs);
  }

  async #wait(agent: Agent, whileSo: (status: NodeStatus) => boolean, ms: number): Promise<void> {
    if (this.#waiting >= MAX_WAITING || !whileSo(agent.status)) return;
    this.#waiting++;
    await agent.until((status) => !whileSo(status), ms).finally(() => this.#waiting--);
  }
}

/**
 * It has a lease, and distrusts its clock until the store has answered, which takes moments. Told that it is a standby meanwhile, a gate would give up all
 * calls under way; untold, it goes by the deadline it has, and by its own look at the clocks.
 */
function isDoubted({ tilt, phase }: NodeStatus): boolean {
  return tilt && (phase === "leading" || phase === "draining");
}
