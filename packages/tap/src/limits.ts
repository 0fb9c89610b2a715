import { type Answer, type OnFault, type Revocable, type RevokingSignal, report } from "@mcp-ops/exchange";
import { OPS_RPC } from "@mcp-ops/formats";
import { type Limit, refusal } from "./plan.ts";

/** Why an exchange was ended before the server had answered: what the client hears, and what the server does. */
export interface Cut {
  readonly answer: Answer;
  readonly gate: string;
  readonly reason: string;
}

/** Tells when the first of these limits is reached. Gives what stops the watching. */
export function watchLimits(limits: readonly Limit[], onFault: OnFault, cut: (cut: Cut) => void): () => void {
  const stops = limits.map((limit) => {
    const { gate } = limit;
    if ("ms" in limit) {
      const timer = setTimeout(() => cut({ answer: late(limit.ms), gate, reason: "Deadline exceeded" }), limit.ms);
      return () => clearTimeout(timer);
    }
    return whenAborted(limit.signal, () =>
      cut({ answer: revoked(limit, gate, onFault), gate, reason: "Leave to work was revoked" }),
    );
  });
  return () => {
    for (const stop of stops) stop();
  };
}

function late(ms: number): Answer {
  const message = `No answer within ${ms} ms. The call was cancelled; try again later or ask for less.`;
  return { error: { code: OPS_RPC.deadlineExceeded, message } };
}

function revoked({ answer }: Revocable, gate: string, onFault: OnFault): Answer {
  try {
    return answer();
  } catch (error) {
    report(onFault, { source: gate, kind: "gate-threw", error });
    return refusal();
  }
}

/** Who waits for each signal: an event target looks through all its listeners for each one more. */
const waiting = new WeakMap<RevokingSignal, Set<() => void>>();

function whenAborted(signal: RevokingSignal, aborted: () => void): () => void {
  const all = waiting.get(signal) ?? new Set();
  if (!waiting.has(signal)) {
    waiting.set(signal, all);
    signal.addEventListener("abort", () => all.forEach((one) => void one()), { once: true });
  }
  all.add(aborted);
  return () => void all.delete(aborted);
}
