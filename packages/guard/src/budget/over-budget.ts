import type { Answer } from "@mcp-ops/exchange";
import { type BudgetState, OPS_RPC } from "@mcp-ops/formats";

/** Too many requests (RFC 6585, section 4): asking again makes sense later. */
const TOO_MANY = 429;

/** Nothing has been done. How much the budget is, the client need not know. */
export function overBudget({ name, period, resetsAt }: BudgetState, nowMs: number): Answer {
  const retryAfterMs = Math.max(1000, Date.parse(resetsAt) - nowMs);
  const message = `The budget "${name}" of this ${period} is used up. Nothing has been done. Ask again after ${resetsAt}, when it begins anew, or have the operator of this server raise it.`;
  const data = { budget: name, period, resetsAt, retryAfterMs };
  return { error: { code: OPS_RPC.overBudget, message, data }, http: { status: TOO_MANY, retryAfterMs } };
}
