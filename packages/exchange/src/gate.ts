import type { Exchange } from "./exchange.ts";
import type { JsonObject } from "./json.ts";
import type { Outcome } from "./outcome.ts";

/** A JSON-RPC answer without its envelope. */
export type Answer =
  | { readonly result: JsonObject }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } };

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
}

/** What a gate decides: let pass, or answer in place of the server. An error answer counts as `denied`. */
export type Verdict = Pass | { readonly answer: Answer | Promise<Answer> };

/** May refuse, answer, hold or amend. Decides synchronously; only its answer may be a promise. A gate that throws refuses. */
export type Gate = (exchange: Exchange) => Verdict;

/** The verdict of a gate that has nothing to say. */
export const PASS: Pass = Object.freeze({ pass: true });
