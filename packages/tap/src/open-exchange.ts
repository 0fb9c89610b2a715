import {
  type Answer,
  type ErrorOutcome,
  type LostOutcome,
  Onion,
  type Outcome,
  type Pass,
  type RequestId,
  report,
} from "@mcp-ops/exchange";
import { OPS_RPC } from "@mcp-ops/formats";
import type { Extra } from "./extra.ts";
import type { MessageExchange } from "./message-exchange.ts";
import { answeredOutcome, answerOf, unansweredOutcome } from "./message-outcome.ts";
import type { Message, Request } from "./messages.ts";
import type { Pipeline } from "./pipeline.ts";
import { amendAnswer, amendParams, type Deadline, type Plan, planFor, refusal } from "./plan.ts";

/** The ways out of an exchange, given by the line it travels on. */
export interface Routes {
  /** To the side that is asked. What it returns is handed back to the carrier. */
  forward(message: Message): unknown;
  /** To the asker. */
  reply(answer: Message): unknown;
  /** Tells the asked side, in the protocol's own words, that nobody waits any more. */
  withdraw(id: RequestId): void;
  /** Called once, when the exchange has ended and its outcome is final. */
  ended(open: OpenExchange, outcome: Outcome): void;
}

/** One request under way: asks the gates, lets the observers watch, and sees to it that it ends exactly once. */
export class OpenExchange {
  readonly exchange: MessageExchange;
  readonly observed: boolean;
  readonly message: Request;
  readonly extra: Extra | undefined;
  readonly #pipeline: Pipeline;
  readonly #routes: Routes;
  readonly #onion: Onion;
  #plan: Plan | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #state: "open" | "answering" | "ended" = "open";
  #dispatching = false;
  #forwarded: unknown;

  constructor(
    exchange: MessageExchange,
    message: Request,
    extra: Extra | undefined,
    pipeline: Pipeline,
    routes: Routes,
    observed: boolean,
  ) {
    this.exchange = exchange;
    this.message = message;
    this.extra = extra;
    this.observed = observed;
    this.#pipeline = pipeline;
    this.#routes = routes;
    this.#onion = new Onion(observed ? pipeline.observers : [], exchange, () => this.#decide(), pipeline.onFault);
  }

  /** Runs observers, gates and the hand-over, synchronously. Gives what the hand-over returned. */
  begin(): unknown {
    this.#onion.run();
    return this.#forwarded;
  }

  /** The asked side's answer is on its way: `deliver` sends it on. Gives what the carrier shall get back. */
  answer(response: Message, deliver: (response: Message) => unknown): unknown {
    if (this.#state !== "open") return undefined; // A deadline has answered already: the late result is swallowed.
    this.#state = "answering";
    const passes = this.#passes();
    const amended = passes.length === 0 ? response : this.#amend(response, passes);
    const outcome = answeredOutcome(amended, { durationMs: this.#elapsed() });
    const holds = passes.filter((pass) => pass.hold !== undefined);
    const bornInDispatch = this.#dispatching && amended.error !== undefined;
    if (holds.length === 0 || bornInDispatch) return this.#deliver(amended, outcome, deliver);
    return this.#held(holds, outcome).then(() => this.#deliver(amended, outcome, deliver));
  }

  cancel(): void {
    this.#end(unansweredOutcome({ kind: "cancelled" }, { durationMs: this.#elapsed() }));
  }

  lose(reason: LostOutcome["reason"]): void {
    this.#end(unansweredOutcome({ kind: "lost", reason }, { durationMs: this.#elapsed() }));
  }

  /** An answer handed to the carrier but not yet confirmed by it. */
  get isAnswering(): boolean {
    return this.#state === "answering";
  }

  /** Ends the exchange for the observers; by then `ended` has been called. */
  settle(outcome: Outcome): void {
    this.#onion.settle(outcome);
  }

  #decide(): void {
    this.#plan = planFor(this.#pipeline.gates, this.exchange, this.#pipeline.onFault);
    if (this.#plan.answer !== undefined) return this.#answerFromGate(this.#plan.answer, this.#plan.gate);
    const message = this.#amendedRequest(this.#plan.passes);
    if (message === undefined) return this.#answerFromGate(refusal(), "amendRequest");
    if (this.#plan.deadline !== undefined) this.#startDeadline(this.#plan.deadline);
    this.#forward(message);
  }

  #forward(message: Message): void {
    this.#dispatching = true;
    try {
      this.#forwarded = this.#routes.forward(message);
    } catch (error) {
      this.lose("undeliverable");
      throw error;
    } finally {
      this.#dispatching = false;
    }
    whenRejected(this.#forwarded, () => this.lose("undeliverable"));
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
      return { ...envelope, ...amendAnswer(passes, answerOf(response)) };
    } catch (error) {
      report(this.#pipeline.onFault, { source: "amendResult", kind: "amend-threw", error });
      return { jsonrpc: "2.0", id: this.message.id, ...refusal() };
    }
  }

  async #held(holds: readonly Pass[], outcome: Outcome): Promise<void> {
    for (const { hold } of holds) {
      try {
        await hold?.(outcome);
      } catch (error) {
        report(this.#pipeline.onFault, { source: hold?.name || "hold", kind: "hold-rejected", error });
      }
    }
  }

  #deliver(response: Message, outcome: Outcome, deliver: (response: Message) => unknown): unknown {
    if (this.#isOver()) return undefined;
    try {
      const delivered = deliver(response);
      if (!isPromise(delivered)) this.#end(outcome);
      else delivered.then(() => this.#end(outcome), () => this.lose("undeliverable"));
      return delivered;
    } catch (error) {
      this.lose("undeliverable");
      throw error;
    }
  }

  #answerFromGate(answer: Answer | Promise<Answer>, gate: string): void {
    if (!(answer instanceof Promise)) return this.#reply(answer, gate, "denied");
    const failed = (error: unknown) => {
      report(this.#pipeline.onFault, { source: gate, kind: "gate-answer-rejected", error });
      this.#reply(refusal(), gate, "denied");
    };
    answer.then((given) => this.#reply(given, gate, "denied"), failed);
  }

  #startDeadline({ ms, gate }: Deadline): void {
    this.#timer = setTimeout(() => {
      if (this.#state !== "open") return;
      const message = `No answer within ${ms} ms. The call was cancelled; try again later or ask for less.`;
      this.#reply({ error: { code: OPS_RPC.deadlineExceeded, message } }, gate, "timeout");
      this.#routes.withdraw(this.message.id);
    }, ms);
  }

  #reply(answer: Answer, gate: string, cause: ErrorOutcome["cause"]): void {
    if (this.#state !== "open") return;
    this.#state = "answering";
    const response = { jsonrpc: "2.0", id: this.message.id, ...answer };
    const outcome = answeredOutcome(response, { durationMs: this.#elapsed(), gate, cause });
    try {
      const returned = this.#deliver(response, outcome, (message) => this.#routes.reply(message));
      whenRejected(returned, (error) => report(this.#pipeline.onFault, { source: gate, kind: "internal", error }));
    } catch (error) {
      report(this.#pipeline.onFault, { source: gate, kind: "internal", error });
    }
  }

  #end(outcome: Outcome): void {
    if (this.#isOver()) return;
    this.#state = "ended";
    clearTimeout(this.#timer);
    this.#routes.ended(this, outcome);
  }

  #isOver(): boolean {
    return this.#state === "ended";
  }

  #passes(): readonly Pass[] {
    return this.#plan === undefined || this.#plan.answer !== undefined ? [] : this.#plan.passes;
  }

  #elapsed(): number {
    return performance.now() - this.exchange.startedAt;
  }
}

export function isPromise(value: unknown): value is Promise<never> {
  return typeof value === "object" && value !== null && typeof (value as Promise<unknown>).then === "function";
}

function whenRejected(value: unknown, then: (error: unknown) => void): void {
  if (isPromise(value)) value.then(undefined, then);
}
