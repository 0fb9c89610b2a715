import type { UseQuantities } from "../quantities.ts";

/**
 * Shares of a server's CPU time for its exchanges: how many of a kind there were, times the mean of those that ran alone. An estimate: what of a
 * kind never ran alone has no share, and together they are never more than the server took.
 *
 * @returns core-microseconds for each of the uses, in their order
 */
export function attributeCpu(uses: readonly UseQuantities[], usedUs: bigint): readonly bigint[] {
  const kinds = new Map<string, { us: number; calls: number }>();
  for (const use of uses) {
    const kind = kinds.get(kindOf(use)) ?? { us: 0, calls: 0 };
    kinds.set(kindOf(use), { us: kind.us + use.cpu.us, calls: kind.calls + use.cpu.calls });
  }
  const guessed = uses.map((use) => {
    const { us = 0, calls = 0 } = kinds.get(kindOf(use)) ?? {};
    return calls === 0 ? 0n : (BigInt(us) * BigInt(use.count)) / BigInt(calls);
  });
  const sum = guessed.reduce((all, one) => all + one, 0n);
  return sum <= usedUs ? guessed : guessed.map((one) => (one * usedUs) / sum);
}

function kindOf({ method, target, status }: UseQuantities): string {
  return JSON.stringify([method, target, status]);
}
