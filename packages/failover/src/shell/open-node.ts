import { SYSTEM_CLOCK } from "../clock.ts";
import { wakeAt } from "../elector/due.ts";
import type { Effect, Entry, Event } from "../elector/event.ts";
import { opening, type State } from "../elector/state.ts";
import { statusOf } from "../elector/status.ts";
import { step } from "../elector/step.ts";
import { failoverError } from "../errors.ts";
import type { FailoverNode, NodeMemory, NodeOptions, NodeStatus } from "../node.ts";
import type { FailoverRequest, HeadStart, RequestAnswer, SwitchoverRequest } from "../requests.ts";
import type { Why } from "../transition.ts";
import { LatestWriter } from "./latest-writer.ts";
import { settingsOf } from "./settings.ts";
import { StoreCaller } from "./store-caller.ts";
import { TiltSense } from "./tilt-sense.ts";
import { watchLease } from "./watch-lease.ts";

/**
 * A node of a group: it looks at the lease, takes it when it may, keeps it while its server is well, and stops by itself.
 * @throws OpsError FAILOVER_TIMING_INVALID, FAILOVER_OPTIONS_INVALID
 */
export function openNode(options: NodeOptions): FailoverNode {
  const settings = settingsOf(options);
  const { clock = SYSTEM_CLOCK } = options;
  return new Node(options, opening(settings, options.memory, clock.now()));
}

const CLOSED: RequestAnswer = { kind: "refused", code: "closed", text: "This node has ended." };

/** Carries out what the elector decides. It decides nothing itself. */
class Node implements FailoverNode {
  readonly #options: NodeOptions & Required<Pick<NodeOptions, "clock" | "onFault">>;
  readonly #tilt: TiltSense;
  readonly #caller: StoreCaller;
  readonly #writer: LatestWriter<NodeMemory>;
  readonly #listeners = new Set<() => void>();
  readonly #transitions: Partial<Record<Why, number>> = {};
  readonly #watching = new AbortController();
  readonly #closed = Promise.withResolvers<void>();
  /** Of the fence hook or the drain that runs: neither is wanted after its phase. */
  #running: { readonly phase: "preparing" | "draining"; readonly abort: AbortController } | undefined;
  #state: State;
  #offTimer: () => void = () => undefined;

  constructor(options: NodeOptions, state: State) {
    const { clock = SYSTEM_CLOCK, onFault = () => undefined, random = Math.random, store, group } = options;
    const { timing, holder } = state.settings;
    this.#options = { ...options, clock, onFault };
    this.#state = state;
    this.#tilt = new TiltSense(timing.ttlMs, clock.now(), clock.wall());
    this.#caller = new StoreCaller({ ...timing, store, group, holder, clock, random, onFault });
    this.#writer = new LatestWriter(options.persist);
    this.#happen({ kind: "boot" });
    const watch = { store, group, clock, onFault, againAfterMs: timing.pollEveryMs, signal: this.#watching.signal };
    void watchLease({ ...watch, onStirred: () => this.#happen({ kind: "stirred" }) });
  }

  status(): NodeStatus {
    // A process that was frozen may be asked before its timers run.
    this.#happen({ kind: "wake" });
    const { group, clock } = this.#options;
    return { group, ...statusOf(this.#state, clock.now()), transitions: { ...this.#transitions } };
  }

  reportHealth(probe: "passing" | "failing"): void {
    this.#happen({ kind: "probed", probe });
  }

  reportSyncLag(syncLagMs: number | undefined): void {
    this.#happen({ kind: "lagged", syncLagMs });
  }

  switchover(request: SwitchoverRequest): RequestAnswer {
    return this.#ask({ kind: "switchover", request });
  }

  failover(request: FailoverRequest): RequestAnswer {
    return this.#ask({ kind: "failover", request });
  }

  headStart(courtesy: HeadStart): void {
    this.#happen({ kind: "head-start", courtesy });
  }

  pause(by: string): Promise<void> {
    return this.#remember({ kind: "pause", by });
  }

  resume(by: string): Promise<void> {
    return this.#remember({ kind: "resume", by });
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#happen({ kind: "shutdown" });
    await this.#closed.promise;
  }

  #ask(event: Event): RequestAnswer {
    const answers = this.#happen(event).filter((effect) => effect.kind === "answer");
    return answers[0]?.answer ?? CLOSED;
  }

  async #remember(event: Event): Promise<void> {
    if (this.#state.stand.phase === "closed")
      throw failoverError("FAILOVER_CLOSED", "This node has ended: ask another of the group.");
    this.#happen(event);
    await this.#writer.write(this.#state.memory).catch((error: unknown) => {
      const text =
        "It holds now, but could not be written to disk and is forgotten at a restart. Make room there, and ask again.";
      throw failoverError("FAILOVER_PERSIST_FAILED", text, error);
    });
  }

  #happen(event: Event): readonly Effect[] {
    const { clock } = this.#options;
    const tilt = this.#tilt.look(clock.now(), clock.wall());
    if (tilt !== undefined) this.#step({ kind: "tilted", ...tilt });
    return this.#step(event);
  }

  #step(event: Event): readonly Effect[] {
    const { clock } = this.#options;
    const now = clock.now();
    const before = this.#state;
    if (before.stand.phase === "closed") return [];
    const { state, effects } = step(before, event, now);
    this.#state = state;
    if (this.#running !== undefined && this.#running.phase !== state.stand.phase) this.#running.abort.abort();
    for (const effect of effects) this.#start(effect);
    this.#rearm();
    // Who listens may ask this node again, so it is told last.
    for (const effect of effects) if (effect.kind === "record") this.#tell(() => this.#record(effect.entry));
    if (visible(before, now) !== visible(state, now)) for (const listener of this.#listeners) this.#tell(listener);
    return effects;
  }

  #start(effect: Effect): void {
    if (effect.kind === "persist") void this.#persist(effect.memory);
    else if (effect.kind === "fence") void this.#fence(effect.previous, effect.token);
    else if (effect.kind === "drain") void this.#drain(effect.token);
    else if (effect.kind !== "answer" && effect.kind !== "record") {
      void this.#caller.call(effect).then((event) => this.#happen(event));
    }
  }

  async #persist(memory: NodeMemory): Promise<void> {
    try {
      await this.#writer.write(memory);
      this.#happen({ kind: "persisted", memory });
    } catch (error) {
      this.#options.onFault(error);
      this.#happen({ kind: "persist-failed", memory, text: textOf(error) });
    }
  }

  async #fence(previous: string | undefined, token: bigint): Promise<void> {
    try {
      await this.#options.fence?.({ previous, token, signal: this.#run("preparing") });
      this.#happen({ kind: "fenced", token });
    } catch (error) {
      this.#happen({ kind: "fence-failed", token, text: textOf(error) });
    }
  }

  async #drain(token: bigint): Promise<void> {
    try {
      const drained = await this.#options.drain(this.#run("draining"));
      this.#happen({ kind: "drained", token, confirmed: drained === "drained" });
    } catch (error) {
      this.#options.onFault(error);
      this.#happen({ kind: "drained", token, confirmed: false });
    }
  }

  #run(phase: "preparing" | "draining"): AbortSignal {
    const abort = new AbortController();
    this.#running = { phase, abort };
    return abort.signal;
  }

  #record(entry: Entry): void {
    const { group, node, clock, onTransition } = this.#options;
    const { why, token, holder, by, requestId, afterMs, ...rest } = entry;
    this.#transitions[why] = (this.#transitions[why] ?? 0) + 1;
    const known = { ...(holder && { holder }), ...(by && { by }), ...(requestId && { requestId }) };
    const at = new Date(clock.wall()).toISOString();
    onTransition({ group, node, at, ...rest, why, token: String(token), ...known, afterMs: Math.round(afterMs) });
  }

  /** R2: the timer depends on no answer of anybody. */
  #rearm(): void {
    this.#offTimer();
    if (this.#state.stand.phase === "closed") {
      this.#end();
      return;
    }
    const { clock } = this.#options;
    const now = clock.now();
    const ms = Math.min(wakeAt(this.#state, now) - now, this.#tilt.everyMs);
    this.#offTimer = clock.after(ms, () => this.#happen({ kind: "wake" }));
  }

  #end(): void {
    this.#watching.abort();
    this.#caller.end();
    this.#closed.resolve();
  }

  #tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#options.onFault(error);
    }
  }
}

/** What listeners are told of, as one text to compare. */
function visible(state: State, now: number): string {
  const { role, phase, token, holder, reasons, healthy, paused, tilt } = statusOf(state, now);
  return [role, phase, token, holder?.node, holder?.token, reasons, healthy, paused, tilt].join();
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
