import { nodeOf } from "../holder.ts";
import type { FailoverRequest, HeadStart, Refusal, RequestAnswer, SwitchoverRequest } from "../requests.ts";
import { isStale, reasonsOf } from "./eligibility.ts";
import { leads, type Named, type State } from "./state.ts";
import { drain } from "./stop.ts";
import { set, type Turn } from "./turn.ts";

/** Answers that are remembered, so that a request that is repeated does nothing twice. */
const MAX_ANSWERS = 16;

/** R9: only the holder acts. It drains, and gives the lease back. */
export function onSwitchover(turn: Turn, request: SwitchoverRequest): void {
  answerOnce(turn, request, refusalOfSwitchover(turn.state, request, turn.now), () => {
    const { id, by, leader, candidate } = request;
    const to = candidate ?? "the first that is eligible";
    drain(turn, "switchover", `The lease goes to ${to}.`, { by, requestId: id });
    return `${leader} drains, and gives the lease to ${to}.`;
  });
}

function refusalOfSwitchover(state: State, request: SwitchoverRequest, now: number): Refused | undefined {
  const { settings, stand } = state;
  const common = commonRefusal(state);
  if (common !== undefined) return common;
  if (stand.phase === "draining" || stand.phase === "releasing")
    return refused("busy", "This node is giving its lease away already.");
  if (stand.phase !== "leading" || !leads(state, now))
    return refused("not-leading", `${settings.node} does not lead. ${whoLeads(state)}`);
  if (request.leader !== settings.node)
    return refused("other-leader", `${request.leader} was named as leader: ask that node.`);
  if (request.candidate === settings.node) return refused("candidate-leads", `${settings.node} leads already.`);
  return undefined;
}

/** R9: nothing is taken from a holder. The candidate applies first when the lease has run out. */
export function onFailover(turn: Turn, request: FailoverRequest): void {
  const { id, by, candidate } = request;
  answerOnce(turn, request, refusalOfFailover(turn.state, request, turn.now), () => {
    name(turn, { requestId: id, by, candidate, force: request.force === true });
    return `${candidate} applies first when the lease is free. ${whoLeads(turn.state)}`;
  });
}

function refusalOfFailover(state: State, request: FailoverRequest, now: number): Refused | undefined {
  const { settings, stand } = state;
  const common = commonRefusal(state);
  if (common !== undefined) return common;
  if (stand.phase !== "standby" && stand.phase !== "acquiring") {
    if (request.candidate === settings.node)
      return refused("candidate-leads", `${settings.node} has the lease already.`);
    return refused("leading", `${settings.node} has the lease: ask for a switchover.`);
  }
  if (request.candidate !== settings.node) return undefined;
  const reasons = reasonsOf(state, now).filter((reason) => reason !== "cool-down" && reason !== "head-start");
  const hard = reasons.filter((reason) => reason !== "sync-lag");
  if (hard.length > 0) return refused("not-eligible", `${settings.node} may not lead now: ${hard.join(", ")}.`);
  if (isStale(state) && request.force !== true)
    return refused("not-eligible", `The data of ${settings.node} are too old. To lead with them, ask with force.`);
  return undefined;
}

/** The courtesy of another node's switchover. */
export function onHeadStart(turn: Turn, courtesy: HeadStart): void {
  if (turn.state.memory.paused || turn.state.stand.phase !== "standby") return;
  name(turn, { ...courtesy, by: "switchover", force: false });
}

function name(turn: Turn, named: Omit<Named, "until">): void {
  const { ttlMs, drainMs, headStartMs } = turn.state.settings.timing;
  set(turn, { named: { ...named, until: turn.now + ttlMs + drainMs + headStartMs }, readAt: turn.now });
}

interface Refused {
  readonly kind: "refused";
  readonly code: Refusal;
  readonly text: string;
}

function refused(code: Refusal, text: string): Refused {
  return { kind: "refused", code, text };
}

function commonRefusal(state: State): Refused | undefined {
  if (state.closing || state.stand.phase === "closed") return refused("closed", "This node is ending.");
  if (state.memory.paused) return refused("paused", "The group is paused: resume it first.");
  return undefined;
}

function whoLeads({ seen }: State): string {
  if (seen.holder === undefined || seen.freeSince !== undefined) return "Nobody is known to lead.";
  return `${nodeOf(seen.holder.holder)} leads, as far as is known here.`;
}

/** F7 of OPS: a request whose answer was lost is answered again, and done once. */
function answerOnce(
  turn: Turn,
  request: { id: string; dryRun?: boolean },
  no: Refused | undefined,
  act: () => string,
): void {
  const known = turn.state.answers.find((one) => one.id === request.id);
  const answer = known?.answer ?? no ?? (request.dryRun ? ACCEPTABLE : accept(act()));
  turn.effects.push({ kind: "answer", answer });
  if (known !== undefined || request.dryRun || answer.kind === "refused") return;
  set(turn, { answers: [...turn.state.answers, { id: request.id, answer }].slice(-MAX_ANSWERS) });
}

const ACCEPTABLE: RequestAnswer = { kind: "accepted", text: "This would be done. Nothing was changed." };

function accept(text: string): RequestAnswer {
  return { kind: "accepted", text };
}
