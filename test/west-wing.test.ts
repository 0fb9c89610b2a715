/** With all parts on, every call has one span, one record, one count and one line of the journal, and they speak of the same thing in the same words. */
import type { Outcome } from "@mcp-ops/exchange";
import { type AuditRecord, type JournalUse, judge, OTHER, parseJournalLine, type Status } from "@mcp-ops/formats";
import { beforeAll, describe, expect, test } from "vitest";
import type { Carrier, House } from "./carriers/carrier.ts";
import { carriers } from "./carriers/carriers.ts";
import { booksOf } from "./fixtures/books.ts";
import type { Sighting } from "./fixtures/cast-recorders.ts";
import type { Books, PlainSpan } from "./fixtures/cast-west-wing.ts";
import { type Ending, endings } from "./fixtures/truth-stories.ts";

interface Played {
  readonly books: Books;
  readonly sightings: readonly Sighting[];
}

/** The calls that one house sees, by the status they end with; all of different tools. */
const CALLS = {
  success: "success",
  "tool throws": "tool_error",
  isError: "tool_error",
  "bad arguments": "validation",
  "unknown tool": "unknown_tool",
  cancelled: "cancelled",
} as const satisfies Partial<Record<Ending, Status>>;

const WHEN_GONE = { cancelled: "cancelled", lost: "lost", result: "success" } as const;

describe.each(carriers)("$name", (carrier: Carrier) => {
  const { reachesCall, clientGone } = carrier.traits;
  const calls = Object.entries(CALLS).filter(([ending]) => reachesCall || ending !== "cancelled") as [Ending, Status][];
  let played: Played;

  beforeAll(async () => {
    played = await play(
      carrier,
      calls.map(([ending]) => ending),
    );
  });

  test.each(calls)(
    "%s is %s in one span, one record, one count and one line of the journal, all of one trace",
    (ending, status) => {
      expectAgreement(played, targetOf(ending), status);
    },
  );

  test("every span has its record, and every record of a trace its span", () => {
    const traced = recordsOf(played.books).flatMap(({ trace }) => trace ?? []);
    expect(traced.map(({ spanId }) => spanId).sort()).toEqual(played.books.spans.map(({ spanId }) => spanId).sort());
    expect(played.books.metrics).not.toMatch(/mcp_ops_(observer_faults|exchanges_unobserved)_total\S* [1-9]/);
  });

  const gone = WHEN_GONE[clientGone.kind];
  test(`a call whose client is gone is ${gone} in one span, one record and one count, all of one trace`, async () => {
    expectAgreement(await playAway(carrier), "slow", gone);
  });
});

async function play(carrier: Carrier, stories: readonly Ending[]): Promise<Played> {
  await using house = await carrier.open({ cast: "west wing" });
  const client = await house.client();
  const sightings: Sighting[] = [];
  for (const story of stories) {
    await endings[story].play(client, house).catch(() => {});
    sightings.push(await sightingOf(house, targetOf(story)));
  }
  house.audience.give("never");
  return { books: await booksOf(house), sightings };
}

async function playAway({ open, traits }: Carrier): Promise<Played> {
  await using house = await open({ cast: "west wing" });
  const client = await house.client();
  void client.callTool("slow", { until: "released" }).catch(() => {});
  await house.audience.hears({ about: "slow started" });
  await client.vanish();
  if (traits.clientGone.when === "when released") house.audience.give("released");
  const sightings = [await sightingOf(house, "slow")];
  house.audience.give("released");
  return { books: await booksOf(house), sightings };
}

function sightingOf({ audience }: House, target: string): Promise<Sighting> {
  return audience.hears<Sighting>({ about: "exchange", target });
}

function targetOf(story: Ending): string {
  const [call]: readonly Partial<Sighting>[] = endings[story].over;
  return String(call?.target);
}

function expectAgreement({ books, sightings }: Played, target: string, status: Status): void {
  const sighting = only(sightings.filter((one) => one.target === target));
  const judged = judge(sighting as never, sighting.outcome as unknown as Outcome);
  expect(judged.status).toBe(status);

  const span = only(books.spans.filter((one) => one.attributes["gen_ai.tool.name"] === target));
  expect(span.attributes).toMatchObject({ "mcp.method.name": "tools/call" });
  expect(span.attributes["error.type"]).toBe(judged.errorType);
  expect(span.attributes["rpc.response.status_code"]).toBe(judged.rpcStatusCode);

  const record = only(recordsOf(books).filter(({ operation }) => operation.target === target));
  expect(record).toMatchObject({ event: "mcp.request", outcome: judged.audit, operation: { method: "tools/call" } });
  expect([record.error?.class, record.error?.category]).toEqual([judged.type, judged.category]);
  expect(record.trace).toEqual({ traceId: span.traceId, spanId: span.spanId, sampled: true });

  const label = sighting.targetKnown === true ? target : OTHER;
  expect(countsOf(books, label)).toEqual([`${status} 1`]);
  expect(usesOf(books, label)).toEqual([`${status} 1`]);
  expect(exemplarsOf(books, label)).toEqual([idsOf(span)]);
  const lines = books.log.split("\n").filter((line) => line.includes(`"target":"${target}"`) && line.includes("ended"));
  expect(JSON.parse(only(lines))).toMatchObject({ status, trace_id: span.traceId, span_id: span.spanId });
}

function recordsOf({ audit }: Books) {
  const records = audit.split("\n").filter(Boolean);
  return records.map((line) => JSON.parse(line) as AuditRecord).flatMap((one) => ("operation" in one ? [one] : []));
}

/** How often calls of this tool were counted, by status. */
function countsOf({ metrics }: Books, target: string): string[] {
  const counted = metrics.matchAll(
    /^mcp_requests_total\{.*method="tools\/call",target="(.+?)",status="(\w+)"\} (\d+)$/gm,
  );
  return [...counted].flatMap(([, tool, status, count]) => (tool === target ? [`${status} ${count}`] : []));
}

/** How often calls of this tool are in the journal, by status. */
function usesOf({ journal }: Books, target: string): string[] {
  const lines = journal.split("\n").filter(Boolean).map(parseJournalLine);
  const uses = lines.filter((line): line is JournalUse => line?.kind === "use");
  const calls = uses.filter((use) => use.method === "tools/call" && use.target === target && use.count > 0);
  return calls.map(({ status, count }) => `${status} ${count}`);
}

/** The traces that the durations of this tool point to. */
function exemplarsOf({ openMetrics }: Books, target: string): string[] {
  const lines = openMetrics
    .split("\n")
    .filter((line) => line.startsWith("mcp_server_operation_duration_seconds_bucket"));
  return lines.flatMap((line) => {
    const [, ids] = / # \{(.+?)\}/.exec(line) ?? [];
    return ids !== undefined && line.includes(`gen_ai_tool_name="${target}"`) ? [ids] : [];
  });
}

function idsOf({ traceId, spanId }: PlainSpan): string {
  return `trace_id="${traceId}",span_id="${spanId}"`;
}

function only<T>(found: readonly T[]): T {
  expect(found).toHaveLength(1);
  return found[0] as T;
}
