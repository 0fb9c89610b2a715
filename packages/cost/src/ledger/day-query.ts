import type { DatabaseSync } from "node:sqlite";
import type { JournalStatus, TokenMethod } from "@mcp-ops/formats";
import type {
  DayQuantities,
  DefinitionQuantities,
  MachineQuantities,
  SegmentQuantities,
  ServerQuantities,
  SessionQuantities,
  UseQuantities,
} from "../quantities.ts";
import { TOKEN_COLUMNS, tokensOf, useCountsOf } from "./counts.ts";
import { type Names, NOBODY } from "./names.ts";
import type { Segment } from "./segments.ts";
import { MACHINE } from "./usage-book.ts";
import { NO_SUMS, parseSums, type UsageSums } from "./usage-row.ts";

/** A journal is read seconds after its minute; so long after a day nothing more is to be expected of it. */
const SETTLING_MINUTES = 5;

/** A day by its segments, which must be of that day and in order; at least one. */
export function dayOf(
  database: DatabaseSync,
  names: Names,
  segments: readonly Segment[],
  nowMinute: number,
): DayQuantities {
  const [first, last] = [segments[0], segments.at(-1)] as [Segment, Segment];
  const lost = { queue: 0, file: 0, garbage: 0 };
  for (const { id } of segments) {
    for (const { why, count } of database.prepare("SELECT why, count FROM lost WHERE segment = ?").all(id)) {
      lost[String(why) as keyof typeof lost] += Number(count);
    }
  }
  return {
    day: first.day,
    timeZone: last.timeZone,
    fromMinute: first.fromMinute,
    toMinute: last.toMinute,
    isComplete: nowMinute >= last.toMinute + SETTLING_MINUTES,
    segments: segments.map((segment) => segmentOf(database, names, segment)),
    lost,
  };
}

function segmentOf(database: DatabaseSync, names: Names, segment: Segment): SegmentQuantities {
  const usage = usageOf(database, names, segment.id);
  const uses = usesOf(database, names, segment.id);
  const sessions = sessionsOf(database, names, segment.id);
  const machine = usage.get(MACHINE);
  const servers = new Set([...usage.keys(), ...[...uses.keys()].map((id) => names.text(id))]);
  servers.delete(MACHINE);
  return {
    price: segment.price,
    fromMinute: segment.fromMinute,
    toMinute: segment.toMinute,
    servers: [...servers].toSorted().map((server) => {
      const id = names.known("server", server) ?? NOBODY;
      return {
        server,
        ...amountsOf(usage.get(server) ?? NO_SUMS),
        uses: uses.get(id) ?? [],
        sessions: sessions.get(id) ?? [],
        definitions: definitionsOf(database, id, segment),
      };
    }),
    machine: machine && machineOf(machine),
  };
}

function usageOf(database: DatabaseSync, names: Names, segment: number): Map<string, UsageSums> {
  const rows = database.prepare("SELECT server, sums FROM usage_days WHERE segment = ?").all(segment);
  return new Map(rows.map(({ server, sums }) => [names.text(Number(server)), parseSums(String(sums))]));
}

/** By server. */
type Groups<Row> = ReadonlyMap<number, readonly Row[]>;

function usesOf(database: DatabaseSync, names: Names, segment: number): Groups<UseQuantities> {
  const rows = database.prepare("SELECT * FROM use_days WHERE segment = ?").all(segment);
  return grouped(
    rows,
    ({ server }) => Number(server),
    (row) => ({
      method: names.text(Number(row.method)),
      target: names.text(Number(row.target)),
      status: names.text(Number(row.status)) as JournalStatus,
      principal: Number(row.principal) === NOBODY ? undefined : names.text(Number(row.principal)),
      ...useCountsOf(row),
    }),
  );
}

/** A busy day has a hundred thousand of them: no more of each than is asked for, and as a list, which takes a quarter of the time. */
function sessionsOf(database: DatabaseSync, names: Names, segment: number): Groups<SessionQuantities> {
  const statement = database.prepare(
    `SELECT server, session, method, target, count, ${TOKEN_COLUMNS.join(", ")} FROM session_days WHERE segment = ?`,
  );
  statement.setReturnArrays(true);
  const rows = statement.all(segment) as unknown as readonly (readonly number[])[];
  return grouped(
    rows,
    ([server = NOBODY]) => server,
    ([, session = 0, method = 0, target = 0, count = 0, ...tokens]) => ({
      session: names.text(session),
      method: names.text(method),
      target: names.text(target),
      count,
      tokens: tokensOf(tokens),
    }),
  );
}

function grouped<Read, Row>(
  rows: readonly Read[],
  serverOf: (row: Read) => number,
  rowOf: (row: Read) => Row,
): Groups<Row> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const group = groups.get(serverOf(row));
    if (group === undefined) groups.set(serverOf(row), [rowOf(row)]);
    else group.push(rowOf(row));
  }
  return groups;
}

type Amounts = Omit<ServerQuantities, "server" | "uses" | "sessions" | "definitions">;

function amountsOf(sums: UsageSums): Amounts {
  const value = (column: keyof UsageSums) => sums[column] ?? 0n;
  const both = (a: keyof UsageSums, b: keyof UsageSums) => sums[a] !== null && sums[b] !== null;
  return {
    used: { cpuUs: value("cpu_us"), memoryByteMs: value("memory_byte_ms") },
    allocated: { cpuUs: value("allocated_cpu_us"), memoryByteMs: value("allocated_memory_byte_ms") },
    idle: { cpuUs: sums.idleCpuUs, memoryByteMs: sums.idleMemoryByteMs },
    storageByteMs: value("storage_byte_ms"),
    network: both("received_bytes", "sent_bytes")
      ? { receivedBytes: value("received_bytes"), sentBytes: value("sent_bytes") }
      : undefined,
    disk: both("read_bytes", "written_bytes")
      ? { readBytes: value("read_bytes"), writtenBytes: value("written_bytes") }
      : undefined,
    coverage: {
      measuredMs: Number(value("measured_ms")),
      gapMs: Number(value("gap_ms")),
      gapByteMs: value("gap_byte_ms"),
      unseenMs: Number(value("unseen_ms")),
      sampledCpuUs: value("sampled_cpu_us"),
    },
  };
}

function machineOf(sums: UsageSums): MachineQuantities {
  const { allocated: has, used: taken, idle } = amountsOf(sums);
  return { has, taken, idle };
}

function definitionsOf(database: DatabaseSync, server: number, segment: Segment): DefinitionQuantities | undefined {
  const row = database
    .prepare("SELECT * FROM definitions WHERE server = ? AND minute < ? ORDER BY minute DESC LIMIT 1")
    .get(server, segment.toMinute);
  return (
    row && {
      minute: Number(row.minute),
      method: String(row.method) as TokenMethod,
      tokens: Number(row.tokens),
      tools: JSON.parse(String(row.tools)) as DefinitionQuantities["tools"],
    }
  );
}
