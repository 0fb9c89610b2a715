import type { Answer, Exchange, Gate, JsonObject, OnFault, Pass } from "@mcp-ops/exchange";
import { report } from "@mcp-ops/exchange";
import { OPS_RPC } from "@mcp-ops/formats";

/** What the gates together decided about one exchange. */
export type Plan =
  | { readonly answer: Answer | Promise<Answer>; readonly gate: string }
  | { readonly answer?: undefined; readonly passes: readonly Pass[]; readonly deadline: Deadline | undefined };

export interface Deadline {
  readonly ms: number;
  readonly gate: string;
}

const NOTHING: Plan = { passes: [], deadline: undefined };

/** Asks the gates in order. The first that answers decides; a gate that throws refuses, because nobody can say it would have passed. */
export function planFor(gates: readonly Gate[], exchange: Exchange, onFault: OnFault): Plan {
  if (gates.length === 0) return NOTHING;
  const passes: Pass[] = [];
  let deadline: Deadline | undefined;
  for (const gate of gates) {
    const name = gate.name || "gate";
    try {
      const verdict = gate(exchange);
      if ("answer" in verdict) return { answer: verdict.answer, gate: name };
      passes.push(verdict);
      if (verdict.deadlineMs !== undefined && verdict.deadlineMs < (deadline?.ms ?? Number.POSITIVE_INFINITY)) {
        deadline = { ms: verdict.deadlineMs, gate: name };
      }
    } catch (error) {
      report(onFault, { source: name, kind: "gate-threw", error });
      return { answer: refusal(), gate: name };
    }
  }
  return { passes, deadline };
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
