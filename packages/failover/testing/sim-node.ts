import { wakeAt } from "../src/elector/due.ts";
import type { Effect, Entry, Event } from "../src/elector/event.ts";
import { leads, opening, type Settings, type State } from "../src/elector/state.ts";
import { statusOf } from "../src/elector/status.ts";
import { step } from "../src/elector/step.ts";
import type { NodeMemory } from "../src/node.ts";
import type { RequestAnswer } from "../src/requests.ts";
import { SafetyBroken } from "./safety-broken.ts";
import type { World } from "./world.ts";

export interface NodeSetup extends Partial<Omit<Settings, "node" | "holder">> {
  /** Its clock runs this much faster than the true one: 1.03 is 3 % fast. */
  readonly rate?: number;
  readonly offset?: number;
  readonly memory?: NodeMemory | undefined;
}

/** One elector in the simulated world, with the gate of its server: a second process that believes what it was told last. */
export class SimNode {
  readonly settings: Settings;
  readonly lives: number;
  readonly setup: NodeSetup;
  state: State;
  /** Messages to the store get lost, or its answers. */
  cut: "none" | "both" | "answers" = "none";
  drain: { ms: number; confirms: boolean } = { ms: 20, confirms: true };
  fence: { ms: number; text?: string } = { ms: 20 };
  persist: { text?: string } = {};
  /** What is on its disk. */
  written: NodeMemory | undefined;
  dead = false;
  readonly #world: World;
  readonly #rate: number;
  readonly #offset: number;
  /** What reached it while it was frozen. */
  #frozen: Event[] | undefined;
  #gateUntil = Number.NEGATIVE_INFINITY;
  #wake = 0;

  constructor(world: World, settings: Settings, setup: NodeSetup, lives: number) {
    this.#world = world;
    this.#rate = setup.rate ?? 1;
    this.#offset = setup.offset ?? 0;
    this.settings = settings;
    this.lives = lives;
    this.setup = setup;
    this.written = setup.memory;
    this.state = opening(settings, setup.memory, this.local());
  }

  local(): number {
    return this.#offset + this.#world.now * this.#rate;
  }

  /** It, or a server that asked it, would do a call now. */
  believes(): boolean {
    return (!this.dead && leads(this.state, this.local())) || this.local() < this.#gateUntil;
  }

  /** The server asks for the role, and takes its time before it asks. */
  pull(): void {
    if (this.dead || this.#frozen !== undefined) return;
    const { remainingMs, draining } = statusOf(this.state, this.local());
    this.#gateUntil = draining ? this.#gateUntil : this.local() + remainingMs;
  }

  happen(event: Event): RequestAnswer | undefined {
    if (this.dead) return undefined;
    if (this.#frozen !== undefined) {
      this.#frozen.push(event);
      return undefined;
    }
    const { mutate } = this.#world;
    const { state, effects } = step(mutate(this.state), event, this.local());
    this.state = mutate(state);
    for (const effect of effects) this.#start(effect);
    this.#rearm();
    return effects.find((effect) => effect.kind === "answer")?.answer;
  }

  freeze(): void {
    this.#frozen = [];
  }

  /** Wakes up. As in the shell, the gap is noticed before anything else. */
  thaw(gapMs: number): void {
    const late = this.#frozen ?? [];
    this.#frozen = undefined;
    if (gapMs > this.settings.timing.ttlMs / 4) this.happen({ kind: "tilted", clock: "loop", ms: gapMs });
    for (const event of late) this.happen(event);
    this.happen({ kind: "wake" });
  }

  kill(): void {
    this.dead = true;
  }

  status(): string {
    const { role, token, reasons, tilt } = statusOf(this.state, this.local());
    const why = reasons.length > 0 ? `, may not apply: ${reasons.join(" ")}` : "";
    return this.dead ? "dead" : `${role}, token ${token}${tilt ? ", tilted" : ""}${role === "standby" ? why : ""}`;
  }

  #rearm(): void {
    this.#wake += 1;
    const wake = this.#wake;
    const due = wakeAt(this.state, this.local());
    if (due === Number.POSITIVE_INFINITY) return;
    this.#world.at((due - this.#offset) / this.#rate + 0.001, () => {
      if (wake === this.#wake) this.happen({ kind: "wake" });
    });
  }

  #after(localMs: number, event: Event): void {
    this.#world.at(this.#world.now + localMs / this.#rate, () => this.happen(event));
  }

  #start(effect: Effect): void {
    switch (effect.kind) {
      case "record":
        this.#record(effect.entry);
        break;
      case "persist": {
        const { text } = this.persist;
        const { memory } = effect;
        this.#world.at(this.#world.now + 1, () => {
          if (text === undefined) this.written = memory;
          this.happen(text === undefined ? { kind: "persisted", memory } : { kind: "persist-failed", memory, text });
        });
        break;
      }
      case "fence": {
        const { ms, text } = this.fence;
        const { token } = effect;
        this.#world.say(
          this.settings.node,
          `runs the fence hook (before: ${effect.previous ?? "nobody known"}, token ${token})`,
        );
        this.#after(ms, text === undefined ? { kind: "fenced", token } : { kind: "fence-failed", token, text });
        break;
      }
      case "drain":
        this.#drain(effect.token);
        break;
      case "answer":
        break;
      default:
        this.#call(effect);
    }
  }

  /** The server confirms only what is so: it has stopped. */
  #drain(token: bigint): void {
    const { ms, confirms } = this.drain;
    this.#world.at(this.#world.now + ms, () => {
      if (confirms) this.#gateUntil = Number.NEGATIVE_INFINITY;
      this.happen({ kind: "drained", token, confirmed: confirms });
    });
  }

  #record(entry: Entry): void {
    const { from, to, why, token, text } = entry;
    const way = from === to ? to : `${from} → ${to}`;
    this.#world.say(this.settings.node, `${way} (${why}, token ${token}): ${text}`);
    if (why === "promoted" && token > (this.written?.highestToken ?? 0n))
      throw new SafetyBroken("A token that is not on disk.");
    if (why === "promoted") this.#world.promotions.push({ node: this.settings.node, token, at: this.#world.now });
  }

  #call(effect: Extract<Effect, { kind: "read" | "acquire" | "renew" | "release" }>): void {
    const world = this.#world;
    const askedAt = this.local();
    let open = true;
    const end = (event: Event): void => {
      if (open) this.happen(event);
      open = false;
    };
    this.#world.at(world.now + this.settings.timing.rpcTimeoutMs / this.#rate, () => end(failureOf(effect)));
    world.at(world.now + world.delay(), () => {
      if (this.cut === "both" || !world.store.up) return;
      const answer = this.#serve(effect, askedAt);
      world.at(world.now + world.delay(), () => {
        if (this.cut === "none") end(answer);
      });
    });
  }

  #serve(effect: Extract<Effect, { kind: "read" | "acquire" | "renew" | "release" }>, askedAt: number): Event {
    const { store, now } = this.#world;
    if (effect.kind === "read")
      return { kind: "seen", holder: store.holder(now), askedAt, jitter: (this.settings.node.charCodeAt(0) % 10) / 10 };
    if (effect.kind === "acquire")
      return { ...store.acquire("group", this.settings.holder, this.settings.timing.ttlMs, now), askedAt };
    const { token } = effect.grant;
    if (effect.kind === "renew")
      return store.renew(effect.grant, now) === "renewed"
        ? { kind: "renewed", token, askedAt }
        : { kind: "lost", token };
    store.release(effect.grant, now);
    return { kind: "released", token };
  }
}

function failureOf(effect: Extract<Effect, { kind: "read" | "acquire" | "renew" | "release" }>): Event {
  if (effect.kind === "read") return { kind: "read-failed" };
  if (effect.kind === "acquire") return { kind: "acquire-failed" };
  return { kind: effect.kind === "renew" ? "renew-failed" : "release-failed", token: effect.grant.token };
}
