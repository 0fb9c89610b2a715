import { OpsError } from "@mcp-ops/formats";
import type { z } from "zod";
import { SIDECAR_ERROR } from "../codes.ts";
import { type AdminReply, type AdminRequest, type AdminRoute, problem } from "../listeners/admin-route.ts";
import type { Agent } from "./agent.ts";
import { MEANINGS, withPrimary } from "./answers.ts";
import { MAX_KEPT } from "./history.ts";
import {
  failover,
  mayFailover,
  type Order,
  plan,
  promote,
  raiseFloor,
  setPaused,
  switchover,
  unplan,
} from "./orders.ts";
import type { Passed } from "./peers.ts";
import { agentView } from "./view.ts";
import {
  FAILOVER_WISH,
  type FailoverWish,
  HEAD_START_WISH,
  type HeadStartWish,
  isReply,
  orderOf,
  PAUSE_WISH,
  PLAIN_WISH,
  PROMOTE_WISH,
  SWITCHOVER_WISH,
  type SwitchoverWish,
  schemaOf,
  wishOf,
} from "./wishes.ts";

const DRY_RUN = { dryRun: "1: say what would happen, and change nothing" };

type AgentNow = () => Agent | undefined;

/** What the admin API can ask of the agent. No command and no address comes in here: those stand in the config. */
export function failoverRoutes(agentNow: AgentNow): readonly AdminRoute[] {
  const { reading, changing } = makersOf(agentNow);
  return [
    {
      ...reading("/", "How this node is: its role, its lease, its server, and who leads", viewOf),
      query: { members: "1: with what the other nodes say of themselves" },
    },
    {
      ...reading("/history", "What happened to this node, oldest first", historyOf),
      query: { count: `how many of the newest, at most ${MAX_KEPT}` },
    },
    changing("post", "/switchover", "Hand the lease over, now or at a time", SWITCHOVER_WISH, orderSwitchover),
    changing("delete", "/switchover", "Call off a planned switchover", PLAIN_WISH, callOff),
    changing(
      "post",
      "/failover",
      "Let a node lead whose primary is gone; one that is there stays",
      FAILOVER_WISH,
      orderFailover,
    ),
    changing("post", "/head-start", "Word of another node that a switchover is under way", HEAD_START_WISH, headStart),
    changing(
      "post",
      "/pause",
      "Stop deciding: nobody takes over, and a primary stays one",
      PAUSE_WISH,
      (agent, { alone }, order) => setPaused(agent, true, order, alone),
    ),
    changing("delete", "/pause", "Decide again", PAUSE_WISH, (agent, { alone }, order) =>
      setPaused(agent, false, order, alone),
    ),
    changing(
      "post",
      "/floor",
      "Have the store give larger tokens than any before, as after its restore",
      PLAIN_WISH,
      (agent, _, order) => once(agent, order, () => raiseFloor(agent, order)),
    ),
    {
      ...changing(
        "post",
        "/promote",
        "For monitors of others: 200 when this node leads, 202 while an election runs",
        PROMOTE_WISH,
        (agent, { role }, order) => promote(agent, role, order),
      ),
      isWhole: true,
    },
  ];
}

type Reading = (agent: Agent, request: AdminRequest) => AdminReply | Promise<AdminReply>;
type Obeying<Wish> = (agent: Agent, wish: Wish, order: Order) => AdminReply | Promise<AdminReply>;

function makersOf(agentNow: AgentNow) {
  const reading = (path: string, about: string, answer: Reading): AdminRoute => ({
    method: "get",
    path,
    about,
    respond: async (request) => withAgent(agentNow, (agent) => answer(agent, request)),
  });
  const changing = <Wish extends { readonly by: string }>(
    method: "post" | "delete",
    path: string,
    about: string,
    schema: z.ZodType<Wish>,
    obey: Obeying<Wish>,
  ): AdminRoute => ({
    method,
    path,
    about,
    query: DRY_RUN,
    accepts: schemaOf(schema),
    answers: MEANINGS,
    respond: (request) =>
      withAgent(agentNow, (agent) => {
        const wish = wishOf(schema, request);
        return isReply(wish) ? wish : obey(agent, wish, orderOf(request, wish.by));
      }),
  });
  return { reading, changing };
}

async function withAgent(
  agentNow: AgentNow,
  answer: (agent: Agent) => AdminReply | Promise<AdminReply>,
): Promise<AdminReply> {
  const agent = agentNow();
  if (agent !== undefined) return answered(() => answer(agent));
  return problem(
    404,
    SIDECAR_ERROR.failoverOff,
    "There is no election here: set failover.group in the config, and mode active-passive.",
  );
}

async function viewOf(agent: Agent, { query }: AdminRequest): Promise<AdminReply> {
  const own = agentView(agent);
  if (query.members !== "1") return { status: 200, body: own };
  return { status: 200, body: { ...own, members: { [agent.status.node]: own, ...(await agent.parts.peers.views()) } } };
}

/** What the engine cannot do now, such as write to its store, it says itself. */
async function answered(answer: () => AdminReply | Promise<AdminReply>): Promise<AdminReply> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof OpsError) return problem(503, error.code, error.message);
    throw error;
  }
}

function historyOf(agent: Agent, { query: { count = String(MAX_KEPT) } }: AdminRequest): AdminReply {
  if (!/^\d{1,4}$/.test(count))
    return problem(400, SIDECAR_ERROR.requestMalformed, "count is a number of transitions.");
  return { status: 200, body: { transitions: agent.parts.history.newest(Math.min(Number(count), MAX_KEPT)) } };
}

/** Only the holder can hand over: another node passes the wish on to it, once. */
async function orderSwitchover(agent: Agent, wish: SwitchoverWish, order: Order): Promise<AdminReply> {
  const { leader, candidate, at, by } = wish;
  if (at !== undefined && Date.parse(at) <= Date.now())
    return problem(400, SIDECAR_ERROR.requestMalformed, "at is in the past. Leave it out for now.");
  const passed = leader === agent.status.node ? undefined : await passOn(agent, leader, "/switchover", wish, order);
  if (passed?.reply !== undefined) return passed.reply;
  // Of another one that was named it is known here that it does not lead.
  if (passed !== undefined && agent.status.holder?.node === leader) return notPassed(agent, passed.trouble);
  if (at !== undefined) return plan(agent, { at, leader, candidate, by, requestId: order.id }, order.dryRun);
  return once(agent, order, () => switchover(agent, wish, order));
}

/** It was passed on to who led when it was planned. */
async function callOff(agent: Agent, wish: object, order: Order): Promise<AdminReply> {
  const own = unplan(agent, order.dryRun);
  const { holder, node } = agent.status;
  if (own.status !== 404 || order.isPassedOn || holder === undefined || holder.node === node) return own;
  const passed = await agent.parts.peers.pass(holder.node, "DELETE", "/switchover", wish, order);
  if (passed === undefined) return own;
  return passed.reply ?? notPassed(agent, passed.trouble);
}

/** Its candidate knows best whether it may lead, and the force it is given counts nowhere else. */
async function orderFailover(agent: Agent, wish: FailoverWish, order: Order): Promise<AdminReply> {
  const { candidate } = wish;
  const refused = mayFailover(agent, wish, order);
  if (refused !== undefined) return refused;
  const passed = candidate === agent.status.node ? undefined : await passOn(agent, candidate, "/failover", wish, order);
  if (passed !== undefined) return passed.reply ?? notPassed(agent, passed.trouble);
  return once(agent, order, () => failover(agent, wish, order));
}

async function passOn(agent: Agent, to: string, path: string, wish: object, order: Order): Promise<Passed | undefined> {
  return order.isPassedOn ? undefined : agent.parts.peers.pass(to, "POST", path, wish, order);
}

function notPassed(agent: Agent, trouble: string): AdminReply {
  const text = `This was to be passed on, and ${trouble}. If that took too long it may be done all the same: see mcp-ops failover status.`;
  return withPrimary(agent, problem(503, SIDECAR_ERROR.failoverRefused, text));
}

function once(agent: Agent, { id, dryRun }: Order, act: () => Promise<AdminReply>): Promise<AdminReply> {
  return dryRun ? act() : agent.repeats.reply(id, act);
}

function headStart(agent: Agent, courtesy: HeadStartWish, { dryRun }: Order): AdminReply {
  if (!dryRun) agent.parts.node.headStart(courtesy);
  return { status: 200, body: {} };
}
