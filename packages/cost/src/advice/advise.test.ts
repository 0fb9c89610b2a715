import type { TokenMethod } from "@mcp-ops/formats";
import { describe, expect, it } from "vitest";
import { costDay } from "../money/cost-day.ts";
import { type PriceBook, pricesAt } from "../prices/book.ts";
import { readPriceBook } from "../prices/read-book.ts";
import type { DayQuantities, DefinitionQuantities, ServerQuantities, UseQuantities } from "../quantities.ts";
import type { Advice, AdviceKind } from "./advice.ts";
import { advise } from "./advise.ts";

const DAY = 1_440;
const FIRST = Date.parse("2026-11-01T00:00Z") / 60_000;
const BOOK = readPriceBook({
  currency: "USD",
  versions: [{ name: "v", prices: { cpuCoreHour: 0.03, model: "m" }, models: { m: { inputMillionTokens: 2 } } }],
});
const WITHOUT_TOKENS = readPriceBook({ currency: "USD", versions: [{ name: "v", prices: { cpuCoreHour: 0.03 } }] });

function use(method: string, count: number, estimate = 0, target = "t"): UseQuantities {
  const tokens: Partial<Record<TokenMethod, number>> = estimate === 0 ? {} : { estimate };
  const sizes = { durationUs: 0, requestBytes: 0, responseBytes: 0, cpu: { us: 0, calls: 0 } };
  return { method, target, status: "success", principal: undefined, count, tokens, ...sizes };
}

function dayOf(
  at: number,
  uses: readonly UseQuantities[],
  more: Partial<ServerQuantities> = {},
  lost = 0,
): DayQuantities {
  const fromMinute = FIRST + at * DAY;
  const none = { cpuUs: 0n, memoryByteMs: 0n };
  const coverage = { measuredMs: 0, gapMs: 0, gapByteMs: 0n, unseenMs: 0, sampledCpuUs: 0n };
  const server: ServerQuantities = {
    server: "s",
    used: { cpuUs: 3_600_000_000n, memoryByteMs: 0n },
    allocated: none,
    idle: none,
    storageByteMs: 0n,
    network: undefined,
    disk: undefined,
    coverage,
    uses,
    sessions: [],
    definitions: undefined,
    ...more,
  };
  const segment = { price: "v", fromMinute, toMinute: fromMinute + DAY, servers: [server], machine: undefined };
  return {
    day: new Date(fromMinute * 60_000).toISOString().slice(0, 10),
    timeZone: "UTC",
    fromMinute,
    toMinute: fromMinute + DAY,
    isComplete: true,
    segments: [segment],
    lost: { queue: lost, file: 0, garbage: 0 },
  };
}

function adviceOf(kind: AdviceKind, days: readonly DayQuantities[], book: PriceBook = BOOK): readonly Advice[] {
  const all = advise({
    days: days.map((quantities) => ({ quantities, cost: costDay(quantities, { book, cores: 1 }) })),
    servers: [{ server: "s", points: [], reserved: { cores: undefined, memoryBytes: undefined } }],
    prices: pricesAt(book, Date.now()),
  });
  return all.filter((one) => one.kind === kind);
}

const days = (count: number, uses: readonly UseQuantities[], more: Partial<ServerQuantities> = {}, lost = 0) =>
  Array.from({ length: count }, (_, at) => dayOf(at, uses, more, lost));

describe("advice about a server that nobody uses", () => {
  it("is to stop it, with what it costs in a month", () => {
    const [one] = adviceOf("idle-server", days(8, [use("initialize", 1), use("tools/list", 3)]));
    expect(one).toMatchObject({
      state: "advised",
      text: "Nobody used it for 7 days. Stop it, or start it when it is needed.",
      evidence: { calls: 0, exchanges: 28, lostExchanges: 0 },
      basis: { count: 7, of: "days", fromMinute: FIRST + DAY },
      savingMicroUnitsPerMonth: Math.round((30_000 * 730) / 24),
    });
  });

  it("is fine when anybody called it, read of it, or it costs nothing", () => {
    for (const method of ["tools/call", "resources/read", "prompts/get"]) {
      const used = [...days(7, []), dayOf(7, [use(method, 1)])];
      expect(adviceOf("idle-server", used)[0]?.state, method).toBe("fine");
    }
    const free = { used: { cpuUs: 0n, memoryByteMs: 0n } };
    expect(adviceOf("idle-server", days(8, [], free))[0]?.state).toBe("fine");
  });

  it("is not given on a week that was not whole, or when exchanges were lost", () => {
    expect(adviceOf("idle-server", days(6, []))[0]?.state).toBe("not enough data");
    expect(adviceOf("idle-server", days(8, [], {}, 1))[0]?.state).toBe("not enough data");
  });

  it("doubts first that it writes a journal, where it said nothing at all", () => {
    expect(adviceOf("idle-server", days(8, []))[0]?.text).toMatch(/make sure first that it writes a journal/);
  });
});

describe("advice about a list of tools", () => {
  const listing = (tokens: number): { definitions: DefinitionQuantities } => ({
    definitions: {
      minute: FIRST,
      method: "estimate",
      tokens,
      tools: [
        ["small", 10],
        ["big", tokens - 100],
      ],
    },
  });

  it("names the weightiest tools, and what a list of 10 000 tokens would save", () => {
    const [one] = adviceOf("tool-list", days(7, [use("tools/list", 10, 400_000, "")], listing(40_000)));
    expect(one).toMatchObject({ state: "advised", evidence: { tokens: 40_000, tools: 2 } });
    expect(one?.text).toMatch(/takes 40000 tokens of every conversation.*big \(39900\), small \(10\)/);
    expect(one?.savingMicroUnitsPerMonth).toBe(Math.round((800_000 * 730 * 0.75) / 24));
  });

  it("is silent about a short one, knows nothing without one, and tells no saving without a price", () => {
    expect(adviceOf("tool-list", days(7, [], listing(10_000)))[0]?.state).toBe("fine");
    expect(adviceOf("tool-list", days(7, []))[0]?.state).toBe("not enough data");
    const [free] = adviceOf("tool-list", days(7, [use("tools/list", 1, 20_000, "")], listing(20_000)), WITHOUT_TOKENS);
    expect(free).toMatchObject({ state: "advised" });
    expect(free).not.toHaveProperty("savingMicroUnitsPerMonth");
  });
});

describe("advice about the results of a tool", () => {
  const uses = [use("tools/call", 20, 400_000, "big"), use("tools/call", 100, 10_000, "small")];

  it("is given for tools whose results are what they cost, with what half of it would save", () => {
    const said = adviceOf("tool-results", days(7, uses));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({
      target: "big",
      state: "advised",
      evidence: {
        meanTokens: 20_000,
        calls: 140,
        tokens: 2_800_000,
        microUnits: 5_600_000,
        tokenMicroUnits: 5_600_000,
      },
      basis: { count: 140, of: "calls" },
      savingMicroUnitsPerMonth: Math.round((800_000 * 730) / 24 / 2),
    });
  });

  it("waits for a hundred calls, and is not given where something else is what costs", () => {
    expect(adviceOf("tool-results", days(4, uses))[0]?.state).toBe("not enough data");
    const dear = readPriceBook({
      currency: "USD",
      versions: [{ name: "v", prices: { model: "m", call: 1 }, models: { m: { inputMillionTokens: 2 } } }],
    });
    expect(adviceOf("tool-results", days(7, uses), dear)).toEqual([]);
    expect(adviceOf("tool-results", days(7, uses), WITHOUT_TOKENS)[0]).not.toHaveProperty("savingMicroUnitsPerMonth");
  });
});

it("puts first what saves most", () => {
  const listing = { definitions: { minute: FIRST, method: "estimate" as const, tokens: 20_000, tools: [] } };
  const all = advise({
    days: days(8, [use("tools/list", 1_000, 20_000_000, "")], listing).map((quantities) => ({
      quantities,
      cost: costDay(quantities, { book: BOOK, cores: 1 }),
    })),
    servers: [{ server: "s", points: [], reserved: { cores: 1, memoryBytes: undefined } }],
    prices: pricesAt(BOOK, Date.now()),
  });
  expect(all.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    "idle-server advised",
    "tool-list advised",
    "cpu not enough data",
    "memory not enough data",
  ]);
});
