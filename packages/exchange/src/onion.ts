import type { Exchange } from "./exchange.ts";
import type { Fault, OnFault } from "./fault.ts";
import type { Observer } from "./observer.ts";
import type { Outcome } from "./outcome.ts";

/** What the observers are around. */
export interface Core {
  /** Hands the exchange over to whoever answers it. */
  dispatch(): void;
}

/**
 * Runs a core inside all observers, first one outermost, synchronously and exactly once whatever the observers do:
 * one that throws, hangs, asks `next` late, twice or never is stepped over and reported.
 */
export class Onion {
  readonly #observers: readonly Observer[];
  readonly #exchange: Exchange;
  readonly #core: Core;
  readonly #onFault: OnFault;
  #thrown: { readonly error: unknown } | undefined;
  #outcome: Outcome | undefined;
  #promise: Promise<Outcome> | undefined;
  #resolve: ((outcome: Outcome) => void) | undefined;

  constructor(observers: readonly Observer[], exchange: Exchange, core: Core, onFault: OnFault) {
    this.#observers = observers;
    this.#exchange = exchange;
    this.#core = core;
    this.#onFault = onFault;
  }

  /** Calls the observers and, innermost, the core. What the core throws comes out here, after every observer has returned. */
  run(): void {
    this.#layer(0);
    if (this.#thrown !== undefined) throw this.#thrown.error;
  }

  /** Ends the exchange for all observers. The first call counts. */
  settle(outcome: Outcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#resolve?.(outcome);
  }

  #layer(index: number): void {
    const observer = this.#observers[index];
    if (observer === undefined) return this.#dispatch();
    let asked = false;
    const next = () => {
      if (asked) this.#fault(observer, "asked-twice", undefined);
      else {
        asked = true;
        this.#layer(index + 1);
      }
      return this.#ended();
    };
    try {
      const returned = observer(this.#exchange, next);
      if (isThenable(returned)) returned.then(undefined, (error: unknown) => this.#fault(observer, "rejected", error));
    } catch (error) {
      this.#fault(observer, "threw", error);
    }
    if (asked) return;
    asked = true;
    this.#fault(observer, "did-not-ask", undefined);
    this.#layer(index + 1);
  }

  /** Keeps what the core throws away from the observers: it belongs to the carrier. */
  #dispatch(): void {
    try {
      this.#core.dispatch();
    } catch (error) {
      this.#thrown = { error };
    }
  }

  #ended(): Promise<Outcome> {
    this.#promise ??=
      this.#outcome === undefined
        ? new Promise((resolve) => {
            this.#resolve = resolve;
          })
        : Promise.resolve(this.#outcome);
    return this.#promise;
  }

  #fault(observer: Observer, kind: Fault["kind"], error: unknown): void {
    report(this.#onFault, { source: observer.name || "observer", kind, error });
  }
}

/** Tells `onFault`, and swallows what it throws: there is nobody left to tell. */
export function report(onFault: OnFault, fault: Fault): void {
  try {
    onFault(fault);
  } catch {}
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as PromiseLike<unknown>).then === "function";
}
