import {
  type Answer,
  type Core,
  type ErrorOutcome,
  type HttpAnswer,
  type LostOutcome,
  type Observer,
  Onion,
  type Outcome,
  type Pass,
  report,
} from "@mcp-ops/exchange";
import type { Extra } from "./extra.ts";
import { leavesBy, wordsOf } from "./http-answer.ts";
import { type Cut, watchLimits } from "./limits.ts";
import type { MessageExchange } from "./message-exchange.ts";
import { answeredOutcome, answerOf, unansweredOutcome } from "./message-outcome.ts";
import type { Message, Request } from "./messages.ts";
import type { Pipeline } from "./pipeline.ts";
import { amendAnswer, amendParams, planFor, refusal } from "./plan.ts";

const NO_PASSES: readonly Pass[] = [];
const NO_OBSERVERS: readonly Observer[] = [];

/** The line an exchange travels on, as the exchange uses it. */
export interface Way {
  /** Hands the request to the side that is asked. What it returns goes back to the carrier. */
  forward(open: OpenExchange, message: Message): unknown;
  /** Hands an answer to the asker. `options` are those the carrier was given with it. */
  reply(open: OpenExchange, answer: Message, options: unknown): unknown;
  /** Tells the asked side, in the protocol's own words, that nobody waits any more, and why. */
  withdraw(open: OpenExchange, reason: string): void;
  /** Called once, when the exchange has ended. The way settles it for the observers, at once or when it knows more. */
  ended(open: OpenExchange, outcome: Outcome): void;
}

/** One request under way: asks the gates, lets the observers watch, and sees to it that it ends exactly once. */
export class OpenExchange implements Core {
  readonly exchange: MessageExchange;
  readonly message: Request;
  readonly extra: Extra | undefined;
  readonly options: unknown;
  readonly observed: boolean;
  readonly #pipeline: Pipeline;
  readonly #way: Way;
  readonly #onion: Onion;
  #passes: readonly Pass[] = NO_PASSES;
  #stopLimits: (() => void) | undefined;
  #state: "open" | "answering" | "ended" = "open";
  #dispatching = false;
  #answeredByGate = false;
  #forwarded: unknown;

  /** `extra` came with an inbound request, `options` with an outbound one. */
  constructor(
    exchange: MessageExchange,
    message: Request,
    extra: Extra | undefined,
    options: unknown,
    pipeline: Pipeline,
    way: Way,
    observed: boolean,
  ) {
    this.exchange = exchange;
    this.message = message;
    this.extra = extra;
    this.options = options;
    this.observed = observed;
    this.#pipeline = pipeline;
    this.#way = way;
    this.#onion = new Onion(observed ? pipeline.observers : NO_OBSERVERS, exchange, this, pipeline.onFault);
  }

  /** Runs observers, gates and the hand-over, synchronously. Gives what the hand-over returned. */
  begin(): unknown {
    this.#onion.run();
    return this.#forwarded;
  }

  /** The asked side's answer is on its way. Gives what the carrier shall get back. */
  answer(response: Message, options: unknown, httpStatus?: number): unknown {
    if (this.#answeredByGate) return Promise.resolve();
    if (this.#state !== "open") return this.#way.reply(this, response, options);
    this.#state = "answering";
    const passes = this.#passes;
    const amended = passes.length === 0 ? response : this.#amend(response, passes);
    const outcome = answeredOutcome(amended, this.#elapsed(), undefined, undefined, httpStatus);
    const bornInDispatch = this.#dispatching && amended.error !== undefined;
    if (bornInDispatch || !passes.some((pass) => pass.hold !== undefined))
      return this.#deliver(amended, outcome, options);
    return this.#held(passes, outcome).then(() => this.#deliver(amended, outcome, options));
  }

  cancel(): void {
    this.#end(unansweredOutcome({ kind: "cancelled" }, this.#elapsed()));
  }

  lose(reason: LostOutcome["reason"]): void {
    this.#end(unansweredOutcome({ kind: "lost", reason }, this.#elapsed()));
  }

  /** The request was turned away before JSON-RPC was reached: the HTTP status is all there is. */
  reject(httpStatus: number): void {
    const error = { message: `HTTP ${httpStatus}` };
    this.#end(answeredOutcome({ error }, this.#elapsed(), undefined, undefined, httpStatus));
  }

  /** Whether a gate wants to change or delay the answer. */
  get amendsAnswer(): boolean {
    return this.#passes.some((pass) => pass.amendResult !== undefined || pass.hold !== undefined);
  }

  /** An answer handed to the carrier but not yet confirmed by it. */
  get isAnswering(): boolean {
    return this.#state === "answering";
  }

  /** Ends the exchange for the observers; by then `ended` has been called. */
  settle(outcome: Outcome): void {
    this.#onion.settle(outcome);
  }

  /** The innermost part, inside all observers. */
  dispatch(): void {
    const plan = planFor(this.#pipeline.gates, this.exchange, this.#pipeline.onFault);
    if (plan.answer !== undefined) return this.#answerFromGate(plan.answer, plan.gate);
    this.#passes = plan.passes;
    const message = this.#amendedRequest(plan.passes);
    if (message === undefined) return this.#answerFromGate(refusal(), "amendRequest");
    if (plan.limits.length > 0) {
      this.#stopLimits = watchLimits(plan.limits, this.#pipeline.onFault, (cut) => this.#cutShort(cut));
    }
    this.#forward(message);
  }

  #forward(message: Message): void {
    this.#dispatching = true;
    try {
      this.#forwarded = this.#way.forward(this, message);
    } catch (error) {
      this.lose("undeliverable");
      throw error;
    } finally {
      this.#dispatching = false;
    }
    if (isPromise(this.#forwarded)) this.#forwarded.then(undefined, () => this.lose("undeliverable"));
  }

  #amendedRequest(passes: readonly Pass[]): Message | undefined {
    if (!passes.some((pass) => pass.amendRequest !== undefined)) return this.message;
    try {
      const params = this.message.params as Parameters<typeof amendParams>[1];
      return { ...this.message, params: amendParams(passes, params) };
    } catch (error) {
      report(this.#pipeline.onFault, { source: "amendRequest", kind: "amend-threw", error });
      return undefined;
    }
  }

  #amend(response: Message, passes: readonly Pass[]): Message {
    if (!passes.some((pass) => pass.amendResult !== undefined)) return response;
    try {
      const { result: _, error: __, ...envelope } = response;
      return { ...envelope, ...wordsOf(amendAnswer(passes, answerOf(response))) };
    } catch (error) {
      report(this.#pipeline.onFault, { source: "amendResult", kind: "amend-threw", error });
      return { jsonrpc: "2.0", id: this.message.id, ...wordsOf(refusal()) };
    }
  }

  async #held(passes: readonly Pass[], outcome: Outcome): Promise<void> {
    for (const { hold } of passes) {
      try {
        await hold?.(outcome);
      } catch (error) {
        report(this.#pipeline.onFault, { source: hold?.name || "hold", kind: "hold-rejected", error });
      }
    }
  }

  #deliver(response: Message, outcome: Outcome, options: unknown): unknown {
    if (this.#isOver()) return undefined;
    let delivered: unknown;
    try {
      delivered = this.#way.reply(this, response, options);
    } catch (error) {
      this.lose("undeliverable");
      throw error;
    }
    if (isPromise(delivered)) {
      delivered.then(
        () => this.#end(outcome),
        () => this.lose("undeliverable"),
      );
    } else this.#end(outcome);
    return delivered;
  }

  #answerFromGate(answer: Answer | Promise<Answer>, gate: string): void {
    if (!(answer instanceof Promise)) return this.#replyFromGate(answer, gate, "denied", answer.http);
    const failed = (error: unknown) => {
      report(this.#pipeline.onFault, { source: gate, kind: "gate-answer-rejected", error });
      this.#replyFromGate(refusal(), gate, "denied");
    };
    answer.then((given) => this.#replyFromGate(given, gate, "denied"), failed);
  }

  #cutShort({ answer, gate, reason }: Cut): void {
    if (this.#state !== "open") return;
    this.#replyFromGate(answer, gate, "timeout");
    this.#way.withdraw(this, reason);
  }

  #replyFromGate(answer: Answer, gate: string, cause: ErrorOutcome["cause"], http?: HttpAnswer): void {
    if (this.#state !== "open") return;
    this.#state = "answering";
    this.#answeredByGate = true;
    const response = { jsonrpc: "2.0", id: this.message.id, ...wordsOf(answer) };
    leavesBy(response, http);
    const outcome = answeredOutcome(response, this.#elapsed(), gate, cause);
    const failed = (error: unknown) => report(this.#pipeline.onFault, { source: gate, kind: "internal", error });
    try {
      const delivered = this.#deliver(response, outcome, undefined);
      if (isPromise(delivered)) delivered.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }

  #end(outcome: Outcome): void {
    if (this.#isOver()) return;
    this.#state = "ended";
    this.#stopLimits?.();
    this.#way.ended(this, outcome);
  }

  #isOver(): boolean {
    return this.#state === "ended";
  }

  #elapsed(): number {
    return performance.now() - this.exchange.startedAt;
  }
}

export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && typeof (value as Promise<unknown>).then === "function";
}
