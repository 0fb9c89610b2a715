import type { JsonObject } from "./json.ts";

/** What every outcome tells. */
interface Ended {
  /** From arrival to the end, in milliseconds. */
  readonly durationMs: number;
  /** The gate that answered or timed out in place of the server, by name; undefined when the server itself answered. */
  readonly gate: string | undefined;
  /** HTTP status, where the exchange was seen at an HTTP handler. */
  readonly httpStatus: number | undefined;
  /** Size of the answer as JSON in bytes (UTF-8), 0 without one. Computed when first read, without serialising. */
  readonly responseBytes: number;
}

/** The question was answered. */
export interface ResultOutcome extends Ended {
  readonly kind: "result";
  /** `resultType` of the answer: `complete` where absent; `input_required` and `task` are successes too. */
  readonly type: "complete" | "input_required" | "task" | (string & {});
  /** `CallToolResult.isError`. */
  readonly isError: boolean;
  /** The tool never ran: the server's own check refused its arguments. Known only in process; false where nobody can know. */
  readonly invalidArguments: boolean;
  /** Read-only view of the JSON-RPC `result`. */
  readonly result: JsonObject;
  /**
   * The texts of `content`, where it holds a few of them and nothing else, as the results of most tools do: strings need no view, through which
   * reading takes its time. Undefined where `result` says more, and in outcomes that leave it to `result`.
   */
  readonly texts?: readonly string[] | undefined;
}

/** The question was refused or failed with a JSON-RPC error, or with an HTTP error before JSON-RPC was reached. */
export interface ErrorOutcome extends Ended {
  readonly kind: "error";
  /** JSON-RPC error code; undefined when only an HTTP status tells. */
  readonly code: number | undefined;
  readonly message: string;
  /** `denied`: a gate refused. `timeout`: a gate's deadline passed. Undefined: the server's own error. */
  readonly cause: "denied" | "timeout" | undefined;
}

/** The asker withdrew the question: `notifications/cancelled`, or on 2026-07-28 HTTP by closing the response stream. */
export interface CancelledOutcome extends Ended {
  readonly kind: "cancelled";
}

/** The connection closed, or the answer could not be delivered. */
export interface LostOutcome extends Ended {
  readonly kind: "lost";
  readonly reason: "closed" | "undeliverable" | "id-reused";
}

/** A notification: nothing comes back. */
export interface SentOutcome extends Ended {
  readonly kind: "sent";
}

/** How an exchange ended. */
export type Outcome = ResultOutcome | ErrorOutcome | CancelledOutcome | LostOutcome | SentOutcome;
