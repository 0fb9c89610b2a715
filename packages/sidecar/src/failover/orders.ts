import { setTimeout as pause } from "node:timers/promises";
import type { NodeStatus, RequestAnswer } from "@mcp-ops/failover";
import { SIDECAR_ERROR } from "../codes.ts";
import { type AdminReply, problem } from "../listeners/admin-route.ts";
import type { Agent } from "./agent.ts";
import { refusal, withPrimary } from "./answers.ts";
import type { Scheduled } from "./schedule.ts";
import { statusOf } from "./status-text.ts";

/** Who asks, under what id, and whether only to hear what would happen. */
export interface Order {
  readonly id: string;
  readonly by: string;
  readonly dryRun: boolean;
  /** By another node, to which it was said. */
  readonly isPassedOn: boolean;
}

/** How long an answer waits for what it has begun: below the patience of any client. */
const WAIT_MS = 5_000;
const LOOK_EVERY_MS = 50;

interface Handover {
  readonly leader: string;
  readonly candidate?: string | undefined;
}

/** A lead is not given away where it is known that nobody would take it. */
export async function switchover(agent: Agent, wish: Handover, order: Order): Promise<AdminReply> {
  const { leader, candidate } = wish;
  const asked = { id: order.id, by: order.by, leader, ...(candidate !== undefined && { candidate }) };
  const possible = agent.parts.node.switchover({ ...asked, dryRun: true });
  if (possible.kind === "refused") return answered(agent, possible, 200);
  const obstacle = await obstacleTo(agent, candidate);
  if (obstacle !== undefined) return refusal(agent, "not-eligible", `${obstacle}. Nothing was done.`);
  return order.dryRun ? answered(agent, possible, 200) : handOver(agent, wish, order);
}

/** Of those that could take over, when none of them can. */
async function obstacleTo(agent: Agent, candidate: string | undefined): Promise<string | undefined> {
  const { peers } = agent.parts;
  // Without any nobody knows who else there is.
  if (peers.names.length === 0) return undefined;
  const asked = candidate === undefined ? peers.names : [candidate];
  const obstacles = await Promise.all(asked.map((node) => peers.obstacleOf(node)));
  return obstacles.includes(undefined) ? undefined : obstacles.join("; ");
}

async function handOver(agent: Agent, { leader, candidate }: Handover, { id, by }: Order): Promise<AdminReply> {
  const { node, peers } = agent.parts;
  const wish = { id, by, leader, ...(candidate !== undefined && { candidate }) };
  const before = agent.status.token;
  const told = candidate === undefined ? {} : await peers.tell("POST", "/head-start", { requestId: id, candidate });
  const answer = node.switchover(wish);
  if (answer.kind === "refused") return answered(agent, answer, 200, { told });
  const deadline = performance.now() + WAIT_MS;
  const isOver =
    (await agent.until((status) => hasNewLeader(status, before), WAIT_MS)) && (await leads(agent, deadline));
  if (agent.status.token > before && agent.status.holder?.node === agent.status.node) {
    const text = `Nobody else took the lease, and ${agent.status.node} has it again. See mcp-ops failover status.`;
    return withPrimary(agent, problem(503, SIDECAR_ERROR.failoverRefused, text), { told });
  }
  return answered(agent, answer, isOver ? 200 : 202, { told });
}

/** Whether the other one that has the lease leads with it, which its fence hook may take a while to let it, or keep it from. */
async function leads(agent: Agent, deadline: number): Promise<boolean> {
  const { holder, node } = agent.status;
  if (holder?.node === node || (await mayLead(agent, holder?.node))) return true;
  if (performance.now() > deadline) return false;
  await pause(LOOK_EVERY_MS);
  return leads(agent, deadline);
}

/** What does not show itself to this node is taken at its lease. */
async function mayLead({ parts: { peers } }: Agent, holder: string | undefined): Promise<boolean> {
  return holder !== undefined && ["primary", undefined].includes(await peers.roleOf(holder));
}

/** Somebody else has it now, or the node has it anew because nobody else took it. */
function hasNewLeader({ holder, token }: NodeStatus, before: bigint): boolean {
  return (holder?.token ?? 0n) > before || token > before;
}

interface Naming {
  readonly candidate: string;
  readonly force: boolean;
}

/** The refusal, where this node must refuse it, whoever is named. */
export function mayFailover(agent: Agent, wish: Naming, { id, by }: Order): AdminReply | undefined {
  const possible = agent.parts.node.failover({ ...wish, id, by, dryRun: true });
  return possible.kind === "refused" ? answered(agent, possible, 200) : undefined;
}

export async function failover(
  agent: Agent,
  { candidate, force }: Naming,
  { id, by, dryRun }: Order,
): Promise<AdminReply> {
  const { node, peers } = agent.parts;
  if (candidate !== agent.status.node && peers.names.length > 0)
    return refusal(agent, "not-eligible", `${candidate} is none of failover.peers (${peers.names.join(", ")}).`);
  const wish = { id, by, candidate, force };
  const possible = node.failover({ ...wish, dryRun: true });
  if (possible.kind === "refused" || dryRun) return answered(agent, possible, 200);
  const told = await peers.tell("POST", "/head-start", { requestId: id, candidate });
  const answer = node.failover(wish);
  if (answer.kind === "refused") return answered(agent, answer, 200, { told });
  const isOver = await agent.until(
    ({ holder, role, node: self }) => (candidate === self ? role === "primary" : holder?.node === candidate),
    WAIT_MS,
  );
  return answered(agent, answer, isOver ? 200 : 202, { told });
}

/** The whole group, as far as it can be reached: a node that does not hear of it decides on. */
export async function setPaused(agent: Agent, paused: boolean, order: Order, alone: boolean): Promise<AdminReply> {
  const { node, peers } = agent.parts;
  if (order.dryRun)
    return { status: 200, body: { paused: agent.status.paused, would: { paused }, peers: peers.names } };
  await (paused ? node.pause(order.by) : node.resume(order.by));
  const word = { by: order.by, alone: true };
  const told = alone ? {} : await peers.tell(paused ? "POST" : "DELETE", "/pause", word);
  return { status: 200, body: { paused: agent.status.paused, told } };
}

/** For monitors that know `POST /promote` only. It asks, as everybody else does, and forces nothing. */
export async function promote(agent: Agent, role: "primary" | "standby", order: Order): Promise<AdminReply> {
  const { status } = agent;
  if (role === "standby") return stepDown(agent, order);
  if (agent.leads) return withPrimary(agent, { status: 200, body: { role: "primary", token: String(status.token) } });
  if ((status.lastStoreAnswerMs ?? Number.POSITIVE_INFINITY) > agent.parts.timing.ttlMs) {
    const { message } = statusOf(status, agent.parts.timing.ttlMs, agent.troubles);
    return withPrimary(agent, promoteRefused(503, message));
  }
  if (status.holder !== undefined && status.holder.node !== status.node) {
    return withPrimary(
      agent,
      promoteRefused(409, `${status.holder.node} leads. It is not deposed from here: ask it for a switchover.`),
    );
  }
  if (status.paused) return withPrimary(agent, promoteRefused(423, "The group is paused: resume it first."));
  if (status.reasons.length === 0 || status.phase !== "standby") {
    return withPrimary(agent, { status: 202, body: { role: status.role, phase: status.phase } });
  }
  return withPrimary(agent, promoteRefused(503, `This node may not lead now: ${status.reasons.join(", ")}.`));
}

async function stepDown(agent: Agent, order: Order): Promise<AdminReply> {
  const { role, node } = agent.status;
  if (role === "standby") return withPrimary(agent, { status: 200, body: { role } });
  // It is this node that shall not lead, whoever does then.
  if (!order.dryRun) return handOver(agent, { leader: node }, order);
  const { id, by } = order;
  return answered(agent, agent.parts.node.switchover({ id, by, leader: node, dryRun: true }), 200);
}

function promoteRefused(status: AdminReply["status"], text: string): AdminReply {
  return problem(status, SIDECAR_ERROR.failoverRefused, text);
}

/** A switchover for later. */
export function plan(agent: Agent, scheduled: Scheduled, dryRun: boolean): AdminReply {
  const { schedule } = agent.parts;
  const before = schedule.planned;
  // Who asks again with the same id wants it once.
  if (before !== undefined && before.requestId !== scheduled.requestId) {
    return {
      ...problem(
        409,
        SIDECAR_ERROR.failoverRefused,
        `A switchover is planned for ${before.at} already. Delete it first.`,
      ),
    };
  }
  if (agent.status.paused) return refusal(agent, "paused", "The group is paused: resume it first.");
  const { names } = agent.parts.peers;
  const { candidate } = scheduled;
  if (candidate !== undefined && names.length > 0 && ![...names, agent.status.node].includes(candidate))
    return refusal(agent, "not-eligible", `${candidate} is none of failover.peers (${names.join(", ")}).`);
  if (!dryRun && before === undefined) schedule.set(scheduled);
  return { status: dryRun ? 200 : 202, body: { scheduled: before ?? scheduled } };
}

export function unplan(agent: Agent, dryRun: boolean): AdminReply {
  const { schedule } = agent.parts;
  const scheduled = dryRun ? schedule.planned : schedule.clear();
  if (scheduled !== undefined) return { status: 200, body: { deleted: scheduled } };
  return problem(404, SIDECAR_ERROR.failoverRefused, "No switchover is planned.");
}

/** After a restore of the store, or a change of its engine. */
export async function raiseFloor(agent: Agent, { dryRun }: Order): Promise<AdminReply> {
  const { store, timing } = agent.parts;
  const { group, token } = agent.status;
  if (dryRun) return { status: 200, body: { above: String(token) } };
  const incarnation = await store.raiseFloor(group, token, { timeoutMs: timing.rpcTimeoutMs });
  return { status: 200, body: { above: String(token), incarnation } };
}

function answered(agent: Agent, answer: RequestAnswer, accepted: 200 | 202, more: object = {}): AdminReply {
  if (answer.kind === "refused") return refusal(agent, answer.code, answer.text);
  return withPrimary(agent, { status: accepted, body: { text: answer.text } }, more);
}
