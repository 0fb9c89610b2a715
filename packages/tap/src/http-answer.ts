import type { Answer, HttpAnswer } from "@mcp-ops/exchange";
import type { Message } from "./messages.ts";

/** Answers of gates that have a way of their own to leave over HTTP. Few: only refusals are ever looked up. */
const answers = new WeakMap<object, HttpAnswer>();

/** An answer as the words of a JSON-RPC message. */
export function wordsOf(answer: Answer): Pick<Message, "result" | "error"> {
  return "error" in answer ? { error: answer.error } : { result: answer.result };
}

/** Notes on a message how it leaves over HTTP. */
export function leavesBy(message: Message, http: HttpAnswer | undefined): void {
  if (http !== undefined) answers.set(message, http);
}

export function httpAnswerOf(message: Message): HttpAnswer | undefined {
  return answers.get(message);
}

/** How all of these leave together: as the first does, if each has a way of its own. */
export function httpAnswerOfAll(messages: readonly Message[]): HttpAnswer | undefined {
  const all = messages.map(httpAnswerOf);
  return all.includes(undefined) ? undefined : all[0];
}

/** The value of `Retry-After` (RFC 9110, 10.2.3): whole seconds, and never at once. */
export function retryAfter({ retryAfterMs }: { readonly retryAfterMs?: number | undefined }): string | undefined {
  return retryAfterMs === undefined ? undefined : String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
}
