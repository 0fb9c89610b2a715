/** Amounts of a minute of a server, as the table `usage` has them. */
export const USAGE_COLUMNS = [
  "cpu_us",
  "sampled_cpu_us",
  "memory_byte_ms",
  "measured_ms",
  "gap_ms",
  "gap_byte_ms",
  "unseen_ms",
  "memory_bytes",
  "storage_byte_ms",
  "received_bytes",
  "sent_bytes",
  "read_bytes",
  "written_bytes",
  "allocated_cpu_us",
  "allocated_memory_byte_ms",
] as const;

type UsageColumn = (typeof USAGE_COLUMNS)[number];
/** Null where nothing is known. */
export type UsageRow = Readonly<Record<UsageColumn, bigint | null>>;

/** Of these the largest counts, not the sum. */
const LARGEST: ReadonlySet<UsageColumn> = new Set(["memory_bytes"]);
/** Of these nothing may be known. */
const OPTIONAL: ReadonlySet<UsageColumn> = new Set([
  "memory_bytes",
  "received_bytes",
  "sent_bytes",
  "read_bytes",
  "written_bytes",
]);

export const NO_USAGE: UsageRow = record((column) => (OPTIONAL.has(column) ? null : 0n));

export function addUsage(a: UsageRow, b: UsageRow): UsageRow {
  return record((column) => {
    const [one, other] = [a[column], b[column]];
    if (one === null || other === null) return one ?? other;
    return LARGEST.has(column) ? larger(one, other) : one + other;
  });
}

function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

/** What a minute has idle, and what of it is to be paid: the larger of what was allocated and what was used. */
export interface Standing {
  readonly idleCpuUs: bigint;
  readonly idleMemoryByteMs: bigint;
}

export function standingOf(row: UsageRow): Standing {
  return {
    idleCpuUs: rest(row.allocated_cpu_us, row.cpu_us),
    idleMemoryByteMs: rest(row.allocated_memory_byte_ms, row.memory_byte_ms),
  };
}

function rest(allocated: bigint | null, used: bigint | null): bigint {
  const idle = (allocated ?? 0n) - (used ?? 0n);
  return idle > 0n ? idle : 0n;
}

/** A row of the table, read with big integers. */
export function usageRowOf(row: Readonly<Record<string, unknown>>): UsageRow {
  return record((column) => (row[column] ?? null) as bigint | null);
}

function record(value: (column: UsageColumn) => bigint | null): UsageRow {
  return Object.fromEntries(USAGE_COLUMNS.map((column) => [column, value(column)])) as unknown as UsageRow;
}

/** Sums of a segment: the amounts, and what stood idle in its minutes. */
export type UsageSums = UsageRow & Standing;

export const NO_SUMS: UsageSums = { ...NO_USAGE, idleCpuUs: 0n, idleMemoryByteMs: 0n };

export function addSums(a: UsageSums, b: UsageSums): UsageSums {
  return {
    ...addUsage(a, b),
    idleCpuUs: a.idleCpuUs + b.idleCpuUs,
    idleMemoryByteMs: a.idleMemoryByteMs + b.idleMemoryByteMs,
  };
}

/** As decimal text, since a day of a large machine passes 64 bits. */
export function formatSums(sums: UsageSums): string {
  return JSON.stringify(sums, (_, value) => (typeof value === "bigint" ? value.toString() : value));
}

export function parseSums(text: string): UsageSums {
  const read = JSON.parse(text) as Record<string, string | null>;
  const value = (name: string) => (read[name] == null ? null : BigInt(read[name]));
  return {
    ...record(value),
    idleCpuUs: value("idleCpuUs") ?? 0n,
    idleMemoryByteMs: value("idleMemoryByteMs") ?? 0n,
  };
}
