import { ROLE_QUERY, roleSeen } from "@mcp-ops/formats";
import type { ProbeReply } from "../listeners/probe-page.ts";
import type { Agent } from "./agent.ts";

/** Questions that wait for news at once; beyond, one is answered at once, and comes again. */
const MAX_WAITING = 100;
const MAX_WAIT_MS = 1_000;

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
    return { status: 200, body: isOnlooker ? agent.roleForOnlookers() : agent.role(puller, stopped, askedAt) };
  }

  async #news(query: Readonly<Record<string, string>>, agent: Agent): Promise<void> {
    const seen = query[ROLE_QUERY.seen];
    const isKnown = () => roleSeen(agent.said()) === seen;
    const waitMs = Math.min(Number(query[ROLE_QUERY.wait] ?? 0), MAX_WAIT_MS);
    if (!(waitMs > 0) || this.#waiting >= MAX_WAITING || !isKnown()) return;
    this.#waiting++;
    await agent.until(() => !isKnown(), waitMs).finally(() => this.#waiting--);
  }
}
