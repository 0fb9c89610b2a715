import type { UseCounts } from "../quantities.ts";

/** CPU time of each row, and what is left of the server's. */
export interface Attribution {
  /** In the order of the rows. */
  readonly cpuUs: readonly bigint[];
  /** `total` less the sum of the rows; never negative. */
  readonly unattributed: bigint;
}

/**
 * An estimate: what calls of a target took that were measured while they ran alone, on average, times the calls of the row. Together the rows
 * never take more than the server did; if they would, all are cut in proportion.
 *
 * @param total CPU time of the server, in microseconds
 */
export function attributeCpu(rows: readonly Row[], total: bigint): Attribution {
  const measured = new Map<string, { us: bigint; calls: bigint }>();
  for (const row of rows) {
    const { us, calls } = measured.get(kindOf(row)) ?? { us: 0n, calls: 0n };
    measured.set(kindOf(row), { us: us + BigInt(row.cpu.us), calls: calls + BigInt(row.cpu.calls) });
  }
  const wished = rows.map((row) => {
    const { us, calls } = measured.get(kindOf(row)) ?? { us: 0n, calls: 0n };
    return calls === 0n ? 0n : (us * BigInt(row.count)) / calls;
  });
  const sum = wished.reduce((a, b) => a + b, 0n);
  const cpuUs = sum > total ? wished.map((wish) => (wish * total) / sum) : wished;
  return { cpuUs, unattributed: total - cpuUs.reduce((a, b) => a + b, 0n) };
}

type Row = Pick<UseCounts, "count" | "cpu"> & { readonly method: string; readonly target: string };

function kindOf({ method, target }: Row): string {
  return JSON.stringify([method, target]);
}
