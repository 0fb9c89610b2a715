import type { DatabaseSync, StatementSync } from "node:sqlite";
import { OTHER } from "@mcp-ops/formats";
import { MINUTE_MS, type Minute } from "../calendar/zone.ts";
import type { Interval } from "../usage/meter.ts";
import type { ReservedInterval } from "../usage/reserve.ts";
import { spread } from "../usage/spread.ts";
import type { Span } from "./backlog.ts";
import type { Bounds } from "./bounds.ts";
import type { Names } from "./names.ts";
import type { Segments } from "./segments.ts";
import type { Tally } from "./tally.ts";
import {
  addSums,
  addUsage,
  formatSums,
  NO_SUMS,
  NO_USAGE,
  parseSums,
  standingOf,
  USAGE_COLUMNS,
  type UsageRow,
  type UsageSums,
  usageRowOf,
} from "./usage-row.ts";

/** Stands for the whole machine in the tables of usage; a server that calls itself so is put to `_other`. */
export const MACHINE = "_machine";

/** The largest integer of SQLite. */
const MAX = 2n ** 63n - 1n;

/** Writes usage into the table of minutes and the one of days at once, so that both always say the same. */
export class UsageBook {
  readonly #names: Names;
  readonly #segments: Segments;
  readonly #bounds: Bounds;
  readonly #read: StatementSync;
  readonly #write: StatementSync;
  readonly #readDay: StatementSync;
  readonly #writeDay: StatementSync;

  constructor(database: DatabaseSync, names: Names, segments: Segments, bounds: Bounds) {
    this.#names = names;
    this.#segments = segments;
    this.#bounds = bounds;
    const columns = ["minute", "server", ...USAGE_COLUMNS];
    this.#read = database.prepare("SELECT * FROM usage WHERE minute = ? AND server = ?");
    this.#read.setReadBigInts(true);
    this.#write = database.prepare(
      `INSERT OR REPLACE INTO usage (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
    );
    this.#readDay = database.prepare("SELECT sums FROM usage_days WHERE segment = ? AND server = ?");
    this.#writeDay = database.prepare("INSERT OR REPLACE INTO usage_days (segment, server, sums) VALUES (?, ?, ?)");
  }

  /** All that one look has found, so that what the machine has left can be told; as far as it lies in this span. */
  book(intervals: readonly Interval[], reserved: ReservedInterval | undefined, span: Span): void {
    const { [MACHINE]: machine, ...allocations } = reserved?.allocations ?? {};
    const servers = new Minutes(span);
    for (const interval of intervals) servers.addInterval(interval);
    if (reserved !== undefined) {
      for (const [server, allocation] of Object.entries(allocations)) servers.addReserved(reserved, server, allocation);
    }
    const days = new Map<string, Day>();
    const taken = this.#apply(servers, days);
    if (reserved !== undefined && machine !== undefined) {
      const whole = new Minutes(span);
      whole.addReserved(reserved, MACHINE, machine);
      for (const [minute, row] of taken) whole.add(MACHINE, minute, row);
      this.#apply(whole, days);
    }
    this.#close(days);
  }

  /** Sums of minutes, by the first of them and server, into those of days; those of the segments must not be there yet. For days that are split anew. */
  sumUp(sums: Tally<UsageSums>): void {
    const days = new Map<string, Day>();
    for (const { key, value } of sums.rows.values()) {
      const [minute = 0, server = 0] = key;
      this.#addDay(days, minute, server, value);
    }
    this.#close(days);
  }

  /** Adds to the minutes; what all servers together took more than before, by minute. */
  #apply(minutes: Minutes, days: Map<string, Day>): ReadonlyMap<Minute, UsageRow> {
    const taken = new Map<Minute, UsageRow>();
    for (const { server, minute, row } of minutes) {
      const id = this.#names.id("server", this.#nameOf(server, minute), minute);
      const found = this.#read.get(minute, id);
      const before = found === undefined ? NO_USAGE : usageRowOf(found);
      const after = addUsage(before, row);
      this.#write.run(minute, id, ...USAGE_COLUMNS.map((column) => stored(after[column])));
      const [was, is] = [standingOf(before), standingOf(after)];
      const idleCpuUs = is.idleCpuUs - was.idleCpuUs;
      const idleMemoryByteMs = is.idleMemoryByteMs - was.idleMemoryByteMs;
      this.#addDay(days, minute, id, { ...row, idleCpuUs, idleMemoryByteMs });
      const paid = {
        ...NO_USAGE,
        cpu_us: (row.cpu_us ?? 0n) + idleCpuUs,
        memory_byte_ms: (row.memory_byte_ms ?? 0n) + idleMemoryByteMs,
      };
      taken.set(minute, addUsage(taken.get(minute) ?? NO_USAGE, paid));
    }
    return taken;
  }

  #nameOf(server: string, minute: Minute): string {
    return server === MACHINE ? MACHINE : this.#bounds.server(this.#segments.at(minute).day, server);
  }

  #addDay(days: Map<string, Day>, minute: Minute, server: number, more: UsageSums): void {
    const segment = this.#segments.at(minute).id;
    const key = `${segment} ${server}`;
    const sums = addSums(days.get(key)?.sums ?? NO_SUMS, more);
    days.set(key, { segment, server, sums });
  }

  #close(days: ReadonlyMap<string, Day>): void {
    for (const { segment, server, sums } of days.values()) {
      const row = this.#readDay.get(segment, server);
      const before = row === undefined ? NO_SUMS : parseSums(String(row.sums));
      this.#writeDay.run(segment, server, formatSums(addSums(before, sums)));
    }
  }
}

interface Day {
  readonly segment: number;
  readonly server: number;
  readonly sums: UsageSums;
}

function stored(value: bigint | null): bigint | null {
  return value === null || value <= MAX ? value : MAX;
}

interface ServerMinute {
  readonly server: string;
  readonly minute: Minute;
  readonly row: UsageRow;
}

/** What is to be added, by server and minute. */
class Minutes {
  readonly #rows = new Map<string, ServerMinute>();
  /** What several processes of a server have at once. */
  readonly #together = new Map<string, bigint>();
  readonly #span: Span;

  constructor(span: Span) {
    this.#span = span;
  }

  add(server: string, minute: Minute, row: UsageRow): void {
    const key = `${minute} ${server}`;
    this.#rows.set(key, { server, minute, row: addUsage(this.#rows.get(key)?.row ?? NO_USAGE, row) });
  }

  addInterval(interval: Interval): void {
    const { fromMs, toMs, memoryBytes } = interval;
    const server = interval.server === MACHINE ? OTHER : interval.server;
    const optional = (value: number | undefined) => (value === undefined ? undefined : BigInt(value));
    const amounts: Partial<Record<keyof UsageRow, bigint | undefined>> = {
      cpu_us: BigInt(interval.cpuUs),
      sampled_cpu_us: BigInt(interval.sampledCpuUs),
      memory_byte_ms: interval.memoryByteMs,
      measured_ms: BigInt(interval.measuredMs),
      gap_ms: BigInt(interval.gapMs),
      gap_byte_ms: interval.gapByteMs,
      unseen_ms: BigInt(interval.unseenMs),
      storage_byte_ms: interval.storageByteMs,
      received_bytes: optional(interval.receivedBytes),
      sent_bytes: optional(interval.sentBytes),
      read_bytes: optional(interval.readBytes),
      written_bytes: optional(interval.writtenBytes),
    };
    this.#spread(server, fromMs, toMs, amounts);
    if (memoryBytes !== undefined) this.#addPeak(server, toMs, BigInt(memoryBytes));
  }

  addReserved(
    { fromMs, toMs }: ReservedInterval,
    server: string,
    { milliCores, memoryBytes }: ReservedInterval["allocations"][string],
  ): void {
    const ms = BigInt(toMs - fromMs);
    this.#spread(server, fromMs, toMs, {
      allocated_cpu_us: BigInt(milliCores) * ms,
      allocated_memory_byte_ms: BigInt(memoryBytes) * ms,
    });
  }

  *[Symbol.iterator](): Generator<ServerMinute> {
    yield* this.#rows.values();
  }

  #spread(
    server: string,
    fromMs: number,
    toMs: number,
    amounts: Partial<Record<keyof UsageRow, bigint | undefined>>,
  ): void {
    for (const piece of spread(fromMs, toMs, this.#span)) {
      const parts = Object.entries(amounts).flatMap(([column, amount]) =>
        amount === undefined ? [] : [[column, piece.of(amount)] as const],
      );
      this.add(server, piece.minute, { ...NO_USAGE, ...Object.fromEntries(parts) });
    }
  }

  /** Processes of one server add up; looks at it do not. It is the minute of the look that has it. */
  #addPeak(server: string, atMs: number, bytes: bigint): void {
    const together = (this.#together.get(server) ?? 0n) + bytes;
    this.#together.set(server, together);
    const minute = Math.floor(atMs / MINUTE_MS);
    if (minute < this.#span.from || minute >= this.#span.to) return;
    this.add(server, minute, { ...NO_USAGE, memory_bytes: together });
  }
}
