import type { Rates } from "../prices/rates.ts";
import type { SessionQuantities } from "../quantities.ts";
import { CALL, pricedTokens, type UseAmounts } from "./use-amounts.ts";

export interface SessionAmount {
  readonly session: string;
  readonly grains: bigint;
  readonly calls: number;
}

/**
 * What sessions cost. Tokens are known for each; CPU time and prices per call are known for each target, and shared by how often a session asked
 * for it, because the ledger does not keep how the exchanges of a session ended.
 */
export function sessionAmounts(
  sessions: readonly SessionQuantities[],
  amounts: readonly UseAmounts[],
  rates: Rates,
): readonly SessionAmount[] {
  const targets = new Map<string, { grains: bigint; count: number }>();
  for (const { use, cpu, calls } of amounts) {
    const { grains, count } = targets.get(targetOf(use)) ?? { grains: 0n, count: 0 };
    targets.set(targetOf(use), { grains: grains + cpu + calls, count: count + use.count });
  }
  return sessions.map((session) => {
    const { grains = 0n, count = 0 } = targets.get(targetOf(session)) ?? {};
    const shared = count === 0 ? 0n : (grains * BigInt(session.count)) / BigInt(count);
    const tokens = BigInt(pricedTokens(session.method, session.tokens)) * (rates.token ?? 0n);
    return {
      session: session.session,
      grains: shared + tokens,
      calls: session.method === CALL ? session.count : 0,
    };
  });
}

function targetOf({ method, target }: { readonly method: string; readonly target: string }): string {
  // No method has a line break; a summary of a busy day comes here some ten thousand times.
  return `${method}\n${target}`;
}
