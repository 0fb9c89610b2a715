import type { Exchange } from "./exchange.ts";
import type { JsonObject } from "./json.ts";
import type { Outcome } from "./outcome.ts";

/** A JSON-RPC answer without its envelope. */
export type Answer = (
  | { readonly result: JsonObject }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } }
) & { readonly http?: HttpAnswer };

/**
 * How a gate's answer leaves over HTTP where nothing of the request has reached the server; elsewhere JSON-RPC says all. Only answers
 * given at once bear it: later the head of the response may be out.
 */
export interface HttpAnswer {
  readonly status: number;
  /** Told as `Retry-After`, in whole seconds from 1. */
  readonly retryAfterMs?: number;
}

/** The exchange goes on, possibly amended. */
export interface Pass {
  readonly pass: true;
  /** Gives the params the other side shall receive. Synchronous; returns a new object and leaves the given one alone. */
  readonly amendRequest?: (params: JsonObject) => JsonObject;
  /** Gives the answer the asker shall receive. Synchronous; returns a new object and leaves the given one alone. */
  readonly amendResult?: (answer: Answer) => Answer;
  /**
   * Delays the answer until this settles, for instance until something is on disk. Errors born while the server's SDK still
   * dispatches synchronously are not held, because there the SDK chooses the HTTP status.
   */
  readonly hold?: (outcome: Outcome) => Promise<void>;
  /** Answers with an error when the server has not answered in this many milliseconds, cancels the call inward and swallows its late result. */
  readonly deadlineMs?: number;
  /** When the signal aborts before the server has answered: answers with this, cancels the call inward and swallows its late result. */
  readonly revocable?: Revocable;
}

/** What an `AbortSignal` has, on any platform. */
export interface RevokingSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options: { readonly once: true }): void;
}

export interface Revocable {
  readonly signal: RevokingSignal;
  /** Called once, when the signal aborts. Its `http` is not used: the call has begun. */
  readonly answer: () => Answer;
}

/** What a gate decides: let pass, or answer in place of the server. An error answer counts as `denied`. */
export type Verdict = Pass | { readonly answer: Answer | Promise<Answer> };

/** May refuse, answer, hold or amend. Decides synchronously; only its answer may be a promise. A gate that throws refuses. */
export type Gate = (exchange: Exchange) => Verdict;

/** The verdict of a gate that has nothing to say. */
export const PASS: Pass = Object.freeze({ pass: true });
