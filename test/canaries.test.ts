/** Secrets that pass through a server never come out of what watches it. */
import { describe, expect, test } from "vitest";
import type { Carrier } from "./carriers/carrier.ts";
import { carriers } from "./carriers/carriers.ts";
import { v1Memory } from "./carriers/v1-memory.ts";
import { v1Stdio } from "./carriers/v1-stdio.ts";
import { booksOf } from "./fixtures/books.ts";
import { canariesIn } from "./fixtures/canaries.ts";
import { carelessLines, confide } from "./fixtures/careless.ts";
import type { Books } from "./fixtures/cast-west-wing.ts";
import type { CastName } from "./fixtures/casts.ts";

async function afterConfidences(carrier: Carrier, cast: CastName): Promise<Books> {
  await using house = await carrier.open({ cast });
  await confide(await house.client(), carrier.traits);
  await house.audience.hears({ about: "exchange", target: "ok" });
  return await booksOf(house);
}

async function afterBytes(carrier: Carrier, cast: CastName): Promise<Books> {
  await using house = await carrier.open({ cast });
  await using wire = await house.wire();
  for (const line of carelessLines(carrier.traits)) await wire.say(line);
  await house.audience.hears({ about: "exchange", id: "last" });
  return await booksOf(house);
}

/** What each signal has, as one text. */
function signalsOf({
  metrics,
  openMetrics,
  spans,
  durations,
  audit,
  log,
  journal,
  health,
}: Books): Record<string, string> {
  const shown = { spans: JSON.stringify(spans), durations: JSON.stringify(durations) };
  return { metrics, openMetrics, ...shown, audit, log, journal, health };
}

function leaksIn(books: Books): string[] {
  return Object.entries(signalsOf(books)).flatMap(([signal, text]) =>
    canariesIn(text).map((canary) => `${canary} in ${signal}`),
  );
}

describe.each(carriers)("$name", (carrier: Carrier) => {
  test("what a client confides to a tool, and the tool gives away, comes out nowhere", async () => {
    const books = await afterConfidences(carrier, "west wing");
    expect(leaksIn(books)).toEqual([]);
    expect(books.spans.filter(({ name }) => name === "tools/call confides").length).toBeGreaterThan(30);
    for (const text of Object.values(signalsOf(books))) expect(text).toMatch(/confides|"db"/);
  });

  test("what a client writes in any place of a message, or beside it, comes out nowhere", async () => {
    const books = await afterBytes(carrier, "west wing");
    expect(leaksIn(books)).toEqual([]);
    expect(books.spans.length).toBeGreaterThan(60);
    expect(books.audit.split("\n").length).toBeGreaterThan(60);
    expect(books.log.split("\n").length).toBeGreaterThan(60);
  });
});

test.each([v1Memory, v1Stdio])("an observer that writes arguments on a span is found out: $name", async (carrier) => {
  const found = leaksIn(await afterConfidences(carrier, "west wing with a leak"));
  expect(found).toContain("canary0bearer in spans");
  expect(found.filter((leak) => !leak.endsWith(" in spans"))).toEqual([]);
});
