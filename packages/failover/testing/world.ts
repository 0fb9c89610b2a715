import { type Settings, type State, tenureOf } from "../src/elector/state.ts";
import { SafetyBroken } from "./safety-broken.ts";
import { type NodeSetup, SimNode } from "./sim-node.ts";
import { SimStore } from "./sim-store.ts";

/** Several electors, one store, and a god who knows the true time. Nothing here is random: what is uncertain is asked of `chance`. */
export class World {
  now = 0;
  readonly lines: string[] = [];
  /** The newest life of each. */
  readonly nodes = new Map<string, SimNode>();
  /** Each life there was: the server of a dead agent may still believe what it was told. */
  readonly #lives: SimNode[] = [];
  readonly store: SimStore;
  /** Way of a message, in milliseconds. */
  delay: () => number = () => 1;
  /** Told of every promotion. */
  readonly promotions: { readonly node: string; readonly token: bigint; readonly at: number }[] = [];
  /** Breaks the elector on purpose, to prove that the checks see it. */
  readonly mutate: (state: State) => State;
  readonly #queue: { readonly at: number; readonly run: () => void }[] = [];

  constructor(mutate: (state: State) => State = (state) => state) {
    this.mutate = mutate;
    this.store = new SimStore((text) => this.say("store", text));
  }

  add(name: string, base: Omit<Settings, "node" | "holder">, setup: NodeSetup = {}): SimNode {
    const lives = (this.nodes.get(name)?.lives ?? 0) + 1;
    const { rate, offset, memory, ...settings } = setup;
    const node = new SimNode(this, { ...base, ...settings, node: name, holder: `${name}/${lives}` }, setup, lives);
    this.nodes.set(name, node);
    this.#lives.push(node);
    node.happen({ kind: "boot" });
    return node;
  }

  /** What is due at one time happens in the order in which it was asked for. */
  at(ms: number, run: () => void): void {
    const at = Math.max(this.now, ms);
    const place = this.#queue.findLastIndex((one) => one.at <= at) + 1;
    this.#queue.splice(place, 0, { at, run });
  }

  /** Lets time pass. Checks after each thing that happens that at most one node believes it leads. */
  run(ms: number): void {
    const end = this.now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.now = next.at;
      next.run();
      this.check();
    }
    this.now = end;
    this.check();
  }

  check(): void {
    const leaders = this.#lives.filter((node) => node.believes());
    if (leaders.length < 2) return;
    const names = leaders.map((node) => `${node.settings.holder} (token ${tenureOf(node.state)?.grant.token})`);
    throw new SafetyBroken(
      `At ${this.now} ms ${names.join(" and ")} believe that they lead.\n${this.lines.slice(-20).join("\n")}`,
    );
  }

  say(who: string, text: string): void {
    this.lines.push(`${(this.now / 1000).toFixed(3).padStart(8)}  ${who.padEnd(6)} ${text}`);
  }

  #next(end: number): { at: number; run: () => void } | undefined {
    const [first] = this.#queue;
    return first === undefined || first.at > end ? undefined : this.#queue.shift();
  }
}
