import type { Answer, Exchange, Gate, JsonObject, OnFault, Pass, Revocable } from "@mcp-ops/exchange";
import { report } from "@mcp-ops/exchange";
import { OPS_RPC } from "@mcp-ops/formats";

/** What the gates together decided about one exchange. */
export type Plan =
  | { readonly answer: Answer | Promise<Answer>; readonly gate: string }
  | { readonly answer?: undefined; readonly passes: readonly Pass[]; readonly limits: readonly Limit[] };

/** What may end an exchange before the server has answered: time, or a signal. */
export type Limit = { readonly gate: string } & ({ readonly ms: number } | Revocable);

const NOTHING: Plan = { passes: [], limits: [] };

/** Asks the gates in order. The first that answers decides; a gate that throws refuses, because nobody can say it would have passed. */
export function planFor(gates: readonly Gate[], exchange: Exchange, onFault: OnFault): Plan {
  if (gates.length === 0) return NOTHING;
  const passes: Pass[] = [];
  const limits: Limit[] = [];
  for (const gate of gates) {
    const name = gate.name || "gate";
    try {
      const verdict = gate(exchange);
      if ("answer" in verdict) return { answer: verdict.answer, gate: name };
      const { revocable } = verdict;
      if (revocable?.signal.aborted === true) return { answer: revocable.answer(), gate: name };
      passes.push(verdict);
      if (verdict.deadlineMs !== undefined) limits.push({ ms: verdict.deadlineMs, gate: name });
      if (revocable !== undefined) limits.push({ ...revocable, gate: name });
    } catch (error) {
      report(onFault, { source: name, kind: "gate-threw", error });
      return { answer: refusal(), gate: name };
    }
  }
  return { passes, limits };
}

export function refusal(): Answer {
  return {
    error: {
      code: OPS_RPC.unavailable,
      message:
        "A gate of this server failed while deciding on the request. Its operator finds the reason in mcp_ops_observer_faults_total and the server's log.",
    },
  };
}

/** The params after all amendments, in the order of the gates. */
export function amendParams(passes: readonly Pass[], params: JsonObject | undefined): JsonObject | undefined {
  let amended = params;
  for (const { amendRequest } of passes) if (amendRequest !== undefined) amended = amendRequest(amended ?? {});
  return amended;
}

/** The answer after all amendments: the gate nearest to the server speaks first. */
export function amendAnswer(passes: readonly Pass[], answer: Answer): Answer {
  return passes.reduceRight((amended, { amendResult }) => amendResult?.(amended) ?? amended, answer);
}
