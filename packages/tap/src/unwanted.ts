import type { Outcome, RequestId } from "@mcp-ops/exchange";
import type { OpenExchange } from "./open-exchange.ts";

/** SDK servers do not answer a cancelled call at all, so that few of these ids are ever asked about. */
const MAX_LATE = 1000;
/** A client that has more of these wants to find the end of the book: from then on no answer passes that nobody is waiting for. */
const MAX_GUARDED = 10_000;

/** Answers that must not reach the client any more, by the ids of their calls. */
export class Unwanted {
  /** A limit has answered in the server's place. */
  readonly #late = new Set<RequestId>();
  /** A gate wanted to change or hold the answer, and the call ended before it came: it must not pass as the server wrote it. */
  readonly #guarded = new Set<RequestId>();
  /** Two calls are under way by these ids, and whose answer comes first nobody can tell. */
  readonly #shared = new Set<RequestId>();
  #isFull = false;

  /** A call of the client has ended. */
  ended({ amendsAnswer, message: { id } }: OpenExchange, outcome: Outcome): void {
    const isShared = this.#shared.delete(id);
    const isLate = outcome.kind === "error" && outcome.cause === "timeout";
    const isUnanswered = isLate || outcome.kind === "cancelled" || outcome.kind === "lost";
    if (amendsAnswer && (isUnanswered || isShared)) this.#guard(id);
    else if (isLate) this.#expectLate(id);
  }

  /** Whether this answer, which no open call waits for, is one of them. It comes once. */
  take(id: RequestId): boolean {
    return this.#late.delete(id) || this.#guarded.delete(id) || this.#isFull;
  }

  /** Whether the server has yet to answer, or never will, a call that a limit has answered. */
  get expectsLate(): boolean {
    return this.#late.size > 0;
  }

  isGuarded(id: RequestId): boolean {
    return this.#guarded.has(id);
  }

  /** The id stands for another call now; `isOpen` where the one before it has no answer yet. */
  asked(id: RequestId, isOpen: boolean): void {
    this.#late.delete(id);
    if (isOpen) this.#shared.add(id);
  }

  #expectLate(id: RequestId): void {
    if (this.#late.size >= MAX_LATE) this.#late.clear();
    this.#late.add(id);
  }

  #guard(id: RequestId): void {
    if (this.#guarded.size < MAX_GUARDED) this.#guarded.add(id);
    else this.#isFull = true;
  }
}
