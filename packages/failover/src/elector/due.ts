import { applyAt } from "./eligibility.ts";
import { type State, type Tenure, tenureOf } from "./state.ts";

/** When to `step` with `wake` at the latest, if nothing happens before; `Infinity` when never. */
export function wakeAt(state: State, now: number): number {
  // What is due already was acted on, or waits for an answer.
  return Math.min(...dueTimes(state, now).filter((due) => due > now), Number.POSITIVE_INFINITY);
}

function dueTimes(state: State, now: number): number[] {
  const { stand } = state;
  const tenure = tenureOf(state);
  if (tenure !== undefined) return tenureTimes(state, tenure);
  if (stand.phase === "releasing") return [stand.by];
  if (stand.phase !== "standby") return [];
  const named = state.named === undefined ? [] : [state.named.until];
  const looks = state.reading ? [] : [state.readAt, applyAt(state, now), state.behindUntil];
  return [...named, ...looks];
}

function tenureTimes(state: State, tenure: Tenure): number[] {
  const { stand, since } = state;
  const { holdMs, renewDeadlineMs } = state.settings.timing;
  const times = [tenure.deadline];
  if (!tenure.renewing) times.push(tenure.renewAt);
  if (stand.phase === "preparing") times.push(stand.prepareBy);
  if (stand.phase === "leading") times.push(tenure.askedAt + renewDeadlineMs, since + holdMs);
  if (stand.phase === "draining") times.push(stand.drainBy);
  return times;
}
