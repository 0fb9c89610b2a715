import type { NodeStatus, RequestAnswer } from "@mcp-ops/failover";
import { SIDECAR_ERROR } from "../codes.ts";
import { type AdminReply, problem } from "../listeners/admin-route.ts";
import type { Agent } from "./agent.ts";
import { refusal, withPrimary } from "./answers.ts";
import type { Scheduled } from "./schedule.ts";

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

export async function switchover(
  agent: Agent,
  { leader, candidate }: { readonly leader: string; readonly candidate?: string | undefined },
  { id, by, dryRun }: Order,
): Promise<AdminReply> {
  const { node, peers } = agent.parts;
  const wish = { id, by, leader, ...(candidate !== undefined && { candidate }) };
  // A node that is not led by what is asked must not have the others told.
  const possible = node.switchover({ ...wish, dryRun: true });
  if (possible.kind === "refused" || dryRun) return answered(agent, possible, 200);
  const before = agent.status.token;
  const told = candidate === undefined ? {} : await peers.tell("POST", "/head-start", { requestId: id, candidate });
  const answer = node.switchover(wish);
  if (answer.kind === "refused") return answered(agent, answer, 200, { told });
  const isOver = await agent.until((status) => hasNewLeader(status, before), WAIT_MS);
  return answered(agent, answer, isOver ? 200 : 202, { told });
}

/** Somebody else has it now, or the node has it anew because nobody else took it. */
function hasNewLeader({ holder, token }: NodeStatus, before: bigint): boolean {
  return (holder?.token ?? 0n) > before || token > before;
}

export async function failover(
  agent: Agent,
  { candidate, force }: { readonly candidate: string; readonly force: boolean },
  { id, by, dryRun }: Order,
): Promise<AdminReply> {
  const { node, peers } = agent.parts;
  const wish = { id, by, candidate, force };
  const possible = node.failover({ ...wish, dryRun: true });
  if (possible.kind === "refused" || dryRun) return answered(agent, possible, 200);
  const told = await peers.tell("POST", "/head-start", { requestId: id, candidate });
  const answer = node.failover(wish);
  if (answer.kind === "refused") return answered(agent, answer, 200, { told });
  const isOver = await agent.until(({ holder }) => holder?.node === candidate, WAIT_MS);
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
  return switchover(agent, { leader: node }, order);
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
  if (!dryRun && before === undefined) schedule.set(scheduled);
  return { status: dryRun ? 200 : 202, body: { scheduled } };
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
