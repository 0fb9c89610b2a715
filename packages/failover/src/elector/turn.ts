import { nodeOf } from "../holder.ts";
import type { Why } from "../transition.ts";
import type { Effect } from "./event.ts";
import { type Stand, type State, tenureOf } from "./state.ts";

/** One step under way: the state is replaced, never changed; effects are collected. */
export interface Turn {
  readonly now: number;
  readonly effects: Effect[];
  state: State;
}

export interface Asker {
  readonly by: string;
  readonly requestId?: string;
}

export function set(turn: Turn, change: Partial<State>): void {
  turn.state = { ...turn.state, ...change };
}

/** Goes to another phase, and says so in the history (R12). */
export function move(turn: Turn, stand: Stand, why: Why, text: string, asker?: Asker): void {
  record(turn, why, text, asker, stand);
  set(turn, { stand, since: turn.now });
}

/** Says in the history what changed without a change of phase (R12). */
export function note(turn: Turn, why: Why, text: string, asker?: Asker): void {
  record(turn, why, text, asker, turn.state.stand);
}

function record(turn: Turn, why: Why, text: string, asker: Asker | undefined, to: Stand): void {
  const { state } = turn;
  const holder = state.seen.holder;
  turn.effects.push({
    kind: "record",
    entry: {
      from: state.stand.phase,
      to: to.phase,
      why,
      text,
      token: tokenOfTurn(state, to),
      holder: holder && nodeOf(holder.holder),
      afterMs: turn.now - state.since,
      ...asker,
    },
  });
}

function tokenOfTurn(state: State, to: Stand): bigint {
  const tenure = "tenure" in to ? to.tenure : tenureOf(state);
  if (tenure !== undefined) return tenure.grant.token;
  if ("grant" in to) return to.grant.token;
  return "grant" in state.stand ? state.stand.grant.token : state.memory.highestToken;
}
