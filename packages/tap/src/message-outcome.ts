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
    ? new Result(response, durationMs, gate, httpStatus, false)
    : new Failure(response, durationMs, gate, httpStatus, cause);
}

/** An outcome without an answer. */
export function unansweredOutcome(
  ending: { kind: "cancelled" } | { kind: "sent" } | { kind: "lost"; reason: LostOutcome["reason"] },
  durationMs: number,
  httpStatus?: number,
): CancelledOutcome | SentOutcome | LostOutcome {
  return Object.freeze({ ...ending, durationMs, gate: undefined, httpStatus, responseBytes: 0 });
}

/** The same outcome, with word from the server that the tool's arguments never passed its check. */
export function withInvalidArguments(outcome: Outcome): Outcome {
  return outcome instanceof Result ? outcome.withInvalidArguments() : outcome;
}

/** A JSON-RPC response as the `Answer` of a gate, and back. */
export function answerOf(response: Message): Answer {
  return response.error === undefined
    ? { result: isObject(response.result) ? response.result : {} }
    : { error: response.error as { code: number; message: string } };
}

/** The message is out of an observer's reach here, and frozen instances keep one observer from misleading the next. */
class Answered {
  readonly durationMs: number;
  readonly gate: string | undefined;
  readonly httpStatus: number | undefined;
  readonly #response: Message;
  #responseBytes: number | undefined;

  constructor(response: Message, durationMs: number, gate: string | undefined, httpStatus: number | undefined) {
    this.#response = response;
    this.durationMs = durationMs;
    this.gate = gate;
    this.httpStatus = httpStatus;
  }

  get responseBytes(): number {
    this.#responseBytes ??= jsonBytes(this.#response);
    return this.#responseBytes;
  }
}

class Result extends Answered implements ResultOutcome {
  readonly kind = "result";
  readonly invalidArguments: boolean;
  readonly #response: Message;

  constructor(
    response: Message,
    durationMs: number,
    gate: string | undefined,
    httpStatus: number | undefined,
    invalidArguments: boolean,
  ) {
    super(response, durationMs, gate, httpStatus);
    this.invalidArguments = invalidArguments;
    this.#response = response;
    Object.freeze(this);
  }

  withInvalidArguments(): Result {
    return new Result(this.#response, this.durationMs, this.gate, this.httpStatus, true);
  }

  get type(): string {
    const { result } = this.#response;
    // SDK v1 answers a task-augmented call with `{task}` and no `resultType` (revision 2025-11-25, tasks).
    if (!isObject(result)) return "complete";
    return textOf(result.resultType) ?? (isObject(result.task) && result.content === undefined ? "task" : "complete");
  }

  get isError(): boolean {
    const { result } = this.#response;
    return isObject(result) && result.isError === true;
  }

  get result(): JsonObject {
    const { result } = this.#response;
    return isObject(result) ? readonlyView(result) : {};
  }

  get texts(): readonly string[] | undefined {
    const { result } = this.#response;
    return isObject(result) ? textsIn(result.content) : undefined;
  }
}

/** Whoever has more items than this reads them one by one. */
const MAX_TEXTS = 16;

/** The texts of a content that is nothing but texts. They are strings: nobody can change the answer through them. */
function textsIn(content: unknown): readonly string[] | undefined {
  if (!Array.isArray(content) || content.length === 0 || content.length > MAX_TEXTS) return undefined;
  const texts: string[] = [];
  for (const item of content) {
    if (!isObject(item) || item.type !== "text" || typeof item.text !== "string") return undefined;
    texts.push(item.text);
  }
  return texts;
}

class Failure extends Answered implements ErrorOutcome {
  readonly kind = "error";
  readonly cause: ErrorOutcome["cause"];
  readonly code: number | undefined;
  readonly message: string;

  constructor(
    response: Message,
    durationMs: number,
    gate: string | undefined,
    httpStatus: number | undefined,
    cause: ErrorOutcome["cause"],
  ) {
    super(response, durationMs, gate, httpStatus);
    const { error } = response;
    this.cause = cause;
    this.code = isObject(error) && typeof error.code === "number" ? error.code : undefined;
    this.message = (isObject(error) ? textOf(error.message) : undefined) ?? "";
    Object.freeze(this);
  }
}
