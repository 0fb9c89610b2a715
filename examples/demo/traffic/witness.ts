import { OPS_RPC, OTHER, type Status } from "@mcp-ops/formats";
import type { Tally } from "../figures/tally.ts";
import type { Answer } from "./client.ts";

/** What a client asks, and what it must have done wrong should the server refuse it. */
export interface Question {
  readonly method: string;
  /** As the metrics should label it. */
  readonly target?: string;
  readonly fault?: Status;
}

/** Notes how the client saw its question end. Never rejects: a failure is an ending too. */
export async function witness(tally: Tally, question: Question, answer: Promise<Answer>): Promise<void> {
  const status = await answer.then(
    (answered) => statusOfAnswer(question, answered),
    (error: unknown) => statusOfError(question, error),
  );
  tally.add(question.method, question.target ?? "", status);
}

/** For what the server does not know, whatever the client called it. */
export const UNKNOWN = OTHER;

function statusOfAnswer({ fault }: Question, { isError }: Answer): Status {
  return isError === true ? (fault ?? "tool_error") : "success";
}

function statusOfError({ fault }: Question, error: unknown): string {
  const code = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  if (code === OPS_RPC.deadlineExceeded) return "timeout";
  if (code === OPS_RPC.denied) return "denied";
  return fault ?? `unforeseen: ${error}`;
}
