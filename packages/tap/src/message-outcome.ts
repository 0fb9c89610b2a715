import {
  type Answer,
  type CancelledOutcome,
  type ErrorOutcome,
  type JsonObject,
  jsonBytes,
  type LostOutcome,
  type Outcome,
  type ResultOutcome,
  readonlyView,
  type SentOutcome,
} from "@mcp-ops/exchange";
import { isObject, type Message, textOf } from "./messages.ts";

/** The outcome of an answered exchange. `response` is the JSON-RPC message as the asker gets it. */
export function answeredOutcome(
  response: Message,
  durationMs: number,
  gate: string | undefined,
  cause: ErrorOutcome["cause"],
  httpStatus?: number,
): ResultOutcome | ErrorOutcome {
  return response.error === undefined
    ? new Result(response, durationMs, gate, httpStatus)
    : new Failure(response, durationMs, gate, httpStatus, cause);
}

/** An outcome without an answer. */
export function unansweredOutcome(
  ending: { kind: "cancelled" } | { kind: "sent" } | { kind: "lost"; reason: LostOutcome["reason"] },
  durationMs: number,
  httpStatus?: number,
): CancelledOutcome | SentOutcome | LostOutcome {
  return { ...ending, durationMs, gate: undefined, httpStatus, responseBytes: 0 };
}

/** The same outcome, with word from the server that the tool's arguments never passed its check. */
export function withInvalidArguments(outcome: Outcome): Outcome {
  if (outcome instanceof Result) outcome.invalidArguments = true;
  return outcome;
}

/** A JSON-RPC response as the `Answer` of a gate, and back. */
export function answerOf(response: Message): Answer {
  return response.error === undefined
    ? { result: isObject(response.result) ? response.result : {} }
    : { error: response.error as { code: number; message: string } };
}

class Answered {
  readonly durationMs: number;
  readonly gate: string | undefined;
  readonly httpStatus: number | undefined;
  protected readonly response: Message;
  #responseBytes: number | undefined;

  constructor(response: Message, durationMs: number, gate: string | undefined, httpStatus: number | undefined) {
    this.response = response;
    this.durationMs = durationMs;
    this.gate = gate;
    this.httpStatus = httpStatus;
  }

  get responseBytes(): number {
    this.#responseBytes ??= jsonBytes(this.response);
    return this.#responseBytes;
  }
}

class Result extends Answered implements ResultOutcome {
  readonly kind = "result";
  invalidArguments = false;

  get type(): string {
    const { result } = this.response;
    // SDK v1 answers a task-augmented call with `{task}` and no `resultType` (revision 2025-11-25, tasks).
    if (!isObject(result)) return "complete";
    return textOf(result.resultType) ?? (isObject(result.task) && result.content === undefined ? "task" : "complete");
  }

  get isError(): boolean {
    return isObject(this.response.result) && this.response.result.isError === true;
  }

  get result(): JsonObject {
    return isObject(this.response.result) ? readonlyView(this.response.result) : {};
  }
}

class Failure extends Answered implements ErrorOutcome {
  readonly kind = "error";
  readonly cause: ErrorOutcome["cause"];

  constructor(
    response: Message,
    durationMs: number,
    gate: string | undefined,
    httpStatus: number | undefined,
    cause: ErrorOutcome["cause"],
  ) {
    super(response, durationMs, gate, httpStatus);
    this.cause = cause;
  }

  get code(): number | undefined {
    const { error } = this.response;
    return isObject(error) && typeof error.code === "number" ? error.code : undefined;
  }

  get message(): string {
    const { error } = this.response;
    return (isObject(error) ? textOf(error.message) : undefined) ?? "";
  }
}
