import type { CostDay, JournalStatus, ServerCost } from "@mcp-ops/formats";
import fc from "fast-check";
import { describe, expect, it, test, vi } from "vitest";
import { readPriceBook } from "../prices/read-book.ts";
import { UNITS } from "../prices/units.ts";
import type { WrittenBook } from "../prices/written-book.ts";
import type {
  DayQuantities,
  SegmentQuantities,
  ServerQuantities,
  SessionQuantities,
  UseQuantities,
} from "../quantities.ts";
import { costDay } from "./cost-day.ts";

// A busy machine takes its time for random days.
vi.setConfig({ testTimeout: 30_000 });

const HOUR_US = 3_600_000_000n;
const GIB_HOUR = 2n ** 30n * 3_600_000n;
const NOON = Date.parse("2026-11-21T12:00Z") / 60_000;

/** A thousandth of a dollar here and there, so that nothing comes out round. */
const BOOK: WrittenBook = {
  currency: "USD",
  versions: [
    {
      name: "morning",
      prices: { cpuCoreHour: 0.031611, memoryGiBHour: 0.004237, storageGBMonth: 0.04, networkOutGB: 0.12 },
    },
    {
      name: "noon",
      from: "2026-11-21T12:00Z",
      prices: { cpuCoreHour: 0.063222, memoryGBHour: 0.0039, call: 0.000001 },
      models: { big: { inputMillionTokens: 3 } },
      servers: { a: { model: "big", tools: { deep: 0.0123456789 } } },
    },
  ],
};

const nothing = { cpuUs: 0n, memoryByteMs: 0n };
const bareUse: UseQuantities = {
  method: "tools/call",
  target: "t",
  status: "success",
  principal: undefined,
  count: 0,
  durationUs: 0,
  requestBytes: 0,
  responseBytes: 0,
  tokens: {},
  cpu: { us: 0, calls: 0 },
};
const bareServer: ServerQuantities = {
  server: "a",
  used: nothing,
  allocated: nothing,
  idle: nothing,
  storageByteMs: 0n,
  network: undefined,
  disk: undefined,
  coverage: { measuredMs: 0, gapMs: 0, gapByteMs: 0n, unseenMs: 0, sampledCpuUs: 0n },
  uses: [],
  sessions: [],
  definitions: undefined,
};

function dayOf(...segments: Partial<SegmentQuantities>[]): DayQuantities {
  return {
    day: "2026-11-21",
    timeZone: "UTC",
    fromMinute: NOON - 720,
    toMinute: NOON + 720,
    isComplete: true,
    segments: segments.map((segment) => ({
      price: "morning",
      fromMinute: NOON - 720,
      toMinute: NOON,
      servers: [],
      machine: undefined,
      ...segment,
    })),
    lost: { queue: 0, file: 0, garbage: 0 },
  };
}

function costOf(day: DayQuantities, book: WrittenBook = BOOK): CostDay {
  return costDay(day, { book: readPriceBook(book), cores: 2 });
}

function onlyServer(day: DayQuantities, book: WrittenBook = BOOK): ServerCost {
  return costOf(day, book).servers[0] as ServerCost;
}

const many = fc.bigInt({ min: 0n, max: 10n ** 18n });
const compute = fc.record({ cpuUs: fc.bigInt({ min: 0n, max: 10n ** 12n }), memoryByteMs: many });
const counts = {
  count: fc.nat(1_000),
  tokens: fc.record(
    { estimate: fc.nat(1_000_000), tokenizer: fc.nat(1_000), reported: fc.nat(1_000) },
    { requiredKeys: [] },
  ),
};
const method = fc.constantFrom("tools/call", "tools/list", "resources/read", "ping");
const target = fc.constantFrom("t", "deep", "_other", "__proto__");
const use: fc.Arbitrary<UseQuantities> = fc
  .record({
    ...counts,
    method,
    target,
    status: fc.constantFrom<JournalStatus>("success", "tool_error", "denied", "lost", "input_required"),
    principal: fc.constantFrom(undefined, "ann", "bob", "_other"),
    cpu: fc.record({ us: fc.nat(10_000_000), calls: fc.nat(5) }),
  })
  .map((some) => ({ ...bareUse, ...some }));

/** Sessions are the same exchanges once more: each use goes to one of them, or to none. */
function sessionsOf(uses: readonly UseQuantities[], names: readonly (string | undefined)[]): SessionQuantities[] {
  return uses.flatMap((one, at) => {
    const session = names[at % names.length];
    return session === undefined ? [] : [{ ...one, session }];
  });
}

const server: fc.Arbitrary<ServerQuantities> = fc
  .record({
    server: fc.constantFrom("a", "b", "c"),
    used: compute,
    idle: compute,
    storageByteMs: many,
    sentBytes: fc.bigInt({ min: 0n, max: 10n ** 12n }),
    uses: fc.array(use, { maxLength: 12 }),
    names: fc.array(fc.constantFrom(undefined, "s1", "s2"), { minLength: 1, maxLength: 5 }),
    unseenMs: fc.nat(60_000),
  })
  .map(({ names, sentBytes, unseenMs, ...some }) => ({
    ...bareServer,
    ...some,
    network: { receivedBytes: 0n, sentBytes },
    coverage: { ...bareServer.coverage, unseenMs },
    sessions: sessionsOf(some.uses, names),
  }));
const day = fc
  .array(
    fc.record({
      price: fc.constantFrom("morning", "noon", "gone"),
      fromMinute: fc.constantFrom(NOON - 1, NOON),
      servers: fc.uniqueArray(server, { selector: (one) => one.server, maxLength: 3 }),
      machine: fc.option(
        compute.map((idle) => ({ has: idle, taken: nothing, idle })),
        { nil: undefined },
      ),
    }),
    { maxLength: 4 },
  )
  .map((segments) => dayOf(...segments));

const sum = (parts: readonly { readonly microUnits: number }[]) => parts.reduce((all, one) => all + one.microUnits, 0);

test("C2: what a day cost is its servers and what the machine idled, and each server is its parts and its tools, to the micro-unit", () => {
  fc.assert(
    fc.property(day, (quantities) => {
      const cost = costOf(quantities);
      expect(sum(cost.servers) + cost.machineIdle).toBe(cost.microUnits);
      for (const { microUnits, used, idle, tokens, definitions, calls, ...one } of cost.servers) {
        expect(used + idle + tokens + definitions + calls).toBe(microUnits);
        expect(sum(one.tools) + one.unattributed).toBe(microUnits);
        expect(sum(one.principals)).toBeLessThanOrEqual(microUnits);
        expect(sum(one.sessions)).toBeLessThanOrEqual(microUnits);
        for (const tool of one.tools) expect(tool.tokens).toBeLessThanOrEqual(tool.microUnits);
        const all = [
          used,
          idle,
          tokens,
          definitions,
          calls,
          one.unattributed,
          ...one.tools.map((tool) => tool.microUnits),
        ];
        for (const part of all) expect(Number.isSafeInteger(part) && part >= 0).toBe(true);
      }
    }),
    { numRuns: 1_000 },
  );
});

/** Pico-units times the least common multiple of all units, as an accountant with endless paper would add them. */
function onPaper(quantities: DayQuantities, book: WrittenBook): { num: bigint; den: bigint } {
  let total = { num: 0n, den: 1n };
  const add = (amount: bigint, price: number | string | undefined, per: bigint) => {
    if (price === undefined) return;
    const pico = BigInt(Math.round(Number(price) * 1e12));
    total = { num: total.num * per + amount * pico * total.den, den: total.den * per };
  };
  for (const { price, fromMinute, servers, machine } of quantities.segments) {
    const [morning, noon] = book.versions;
    const version = price === "morning" || (price === "gone" && fromMinute < NOON) ? morning : noon;
    const prices = version?.prices ?? {};
    const computed = servers.flatMap(({ used, idle }) => [used, idle]);
    for (const { cpuUs, memoryByteMs } of [...computed, ...(machine === undefined ? [] : [machine.idle])]) {
      add(cpuUs, prices.cpuCoreHour, HOUR_US);
      add(memoryByteMs, prices.memoryGiBHour, GIB_HOUR);
      add(memoryByteMs, prices.memoryGBHour, UNITS.memoryGBHour.holds);
    }
    for (const { server: name, storageByteMs, network, uses } of servers) {
      const own = version?.servers?.[name];
      add(storageByteMs, prices.storageGBMonth, 10n ** 9n * 730n * 3_600_000n);
      add(network?.sentBytes ?? 0n, prices.networkOutGB, 10n ** 9n);
      for (const { method: asked, target: tool, status, count, tokens } of uses) {
        const read = asked === "ping" ? 0 : (tokens.estimate ?? 0) + (tokens.tokenizer ?? 0);
        if (own?.model !== undefined) add(BigInt(read), 3, 1_000_000n);
        const isPaid = asked === "tools/call" && ["success", "tool_error", "lost"].includes(status);
        if (isPaid) add(BigInt(count), (tool === "deep" ? own?.tools?.deep : undefined) ?? prices.call, 1n);
      }
    }
  }
  return total;
}

test("C2: the sum is that of exact fractions, rounded once at the end, whatever the units and versions", () => {
  fc.assert(
    fc.property(day, (quantities) => {
      const { num, den } = onPaper(quantities, BOOK);
      const micro = den * 1_000_000n;
      expect(BigInt(costOf(quantities).microUnits)).toBe((2n * num + micro) / (2n * micro));
    }),
    { numRuns: 1_000 },
  );
});

describe("the cost of a day", () => {
  it("C2: changes at noon when the price does, and the same again with another book", () => {
    const used = { cpuUs: 6n * HOUR_US, memoryByteMs: 0n };
    const halves = dayOf(
      { servers: [{ ...bareServer, used }] },
      { price: "noon", fromMinute: NOON, toMinute: NOON + 720, servers: [{ ...bareServer, used }] },
    );
    expect(costOf(halves)).toMatchObject({
      prices: ["morning", "noon"],
      microUnits: 6 * 31_611 + 6 * 63_222,
      servers: [{ cpuUs: Number(12n * HOUR_US), used: 18 * 31_611, unattributed: 18 * 31_611 }],
    });
    const later: WrittenBook = { currency: "USD", versions: [{ name: "later", prices: { cpuCoreHour: 1 } }] };
    expect(costOf(halves, later)).toMatchObject({ prices: ["later"], microUnits: 12_000_000 });
  });

  it("pays for what was reserved and stood idle, and for what a paid machine idled", () => {
    const machine = { has: nothing, taken: nothing, idle: { cpuUs: 10n * HOUR_US, memoryByteMs: 0n } };
    const one = {
      ...bareServer,
      used: { cpuUs: HOUR_US, memoryByteMs: GIB_HOUR },
      idle: { cpuUs: 3n * HOUR_US, memoryByteMs: 0n },
    };
    expect(costOf(dayOf({ servers: [one], machine }))).toMatchObject({
      microUnits: 14 * 31_611 + 4_237,
      machineIdle: 316_110,
      servers: [{ used: 31_611 + 4_237, idle: 3 * 31_611, unpriced: [] }],
    });
  });

  it("puts tokens, calls and an estimate of the CPU time to tools, and the rest to none", () => {
    const price = "noon";
    const deep = {
      ...bareUse,
      target: "deep",
      count: 100,
      tokens: { estimate: 900_000, tokenizer: 100_000, reported: 5 },
    };
    const uses = [
      { ...deep, principal: "ann", cpu: { us: 2_000_000, calls: 4 } },
      { ...bareUse, count: 10, status: "tool_error" as const },
      { ...bareUse, method: "tools/list", target: "", count: 7, tokens: { estimate: 7_000 } },
      { ...bareUse, method: "resources/read", target: "r", count: 1, tokens: { estimate: 1_000 } },
    ];
    const used = { cpuUs: HOUR_US, memoryByteMs: 0n };
    const definitions = { minute: NOON, method: "estimate" as const, tokens: 1_000, tools: [] };
    const cost = onlyServer(dayOf({ price, servers: [{ ...bareServer, used, uses, definitions }] }));
    // 50 s of CPU time at 0.063222 an hour, a million tokens at 3, a hundred calls at 0.0123456789.
    const ofDeep = 878 + 3_000_000 + 1_234_568;
    expect(cost).toMatchObject({
      used: 63_222,
      tokens: 3_003_000,
      definitions: 21_000,
      calls: 1_234_578,
      definitionTokens: 1_000,
    });
    expect(cost.tools).toEqual([
      {
        target: "deep",
        calls: 100,
        resultTokens: { estimate: 900_000, tokenizer: 100_000, reported: 5 },
        microUnits: ofDeep,
        tokens: 3_000_000,
      },
      { target: "t", calls: 10, resultTokens: {}, microUnits: 10, tokens: 0 },
    ]);
    expect(cost.principals).toEqual([{ name: "ann", calls: 100, microUnits: ofDeep }]);
    expect(cost.unattributed).toBe(cost.microUnits - ofDeep - 10);
  });

  it("charges no call that never came as far as its tool", () => {
    const paid = (status: JournalStatus) =>
      onlyServer(dayOf({ price: "noon", servers: [{ ...bareServer, uses: [{ ...bareUse, status, count: 1_000 }] }] }))
        .calls;
    for (const status of ["success", "task", "tool_error", "error", "timeout", "cancelled", "lost"] as const) {
      expect(paid(status), status).toBe(1_000);
    }
    for (const status of [
      "denied",
      "client_error",
      "validation",
      "unknown_tool",
      "unknown_method",
      "input_required",
    ] as const) {
      expect(paid(status), status).toBe(0);
    }
  });

  it("shares what a target cost among its sessions by how often each asked, and tokens as they were", () => {
    const uses = [{ ...bareUse, target: "deep", count: 4, tokens: { estimate: 1_000_000 } }];
    const sessions = [
      { ...bareUse, session: "s1", target: "deep", count: 3, tokens: { estimate: 100_000 } },
      { ...bareUse, session: "s2", target: "deep", count: 1, tokens: { estimate: 900_000 } },
    ];
    const cost = onlyServer(dayOf({ price: "noon", servers: [{ ...bareServer, uses, sessions }] }));
    expect(cost.sessions).toEqual([
      { name: "s2", calls: 1, microUnits: 2_700_000 + 12_346 },
      { name: "s1", calls: 3, microUnits: 300_000 + 37_037 },
    ]);
  });

  it("says what had no price, and how much may be missing because nobody looked", () => {
    const one = {
      ...bareServer,
      used: { cpuUs: 1n, memoryByteMs: 1n },
      storageByteMs: 1n,
      network: { receivedBytes: 1n, sentBytes: 1n },
      coverage: { ...bareServer.coverage, gapByteMs: GIB_HOUR, unseenMs: 3_600_000 },
      uses: [{ ...bareUse, count: 1, tokens: { estimate: 1 } }],
    };
    const bare: WrittenBook = {
      currency: "USD",
      versions: [{ name: "v", prices: { cpuCoreHour: 1, memoryGiBHour: 0.5 } }],
    };
    expect(onlyServer(dayOf({ servers: [one] }), bare)).toMatchObject({
      unpriced: ["storage", "network", "tokens"],
      mayMiss: 2 * 1_000_000 + 500_000,
    });
    const later = { currency: "USD", versions: [{ name: "v", from: "2030-01-01T00:00Z", prices: { cpuCoreHour: 1 } }] };
    expect(costOf(dayOf({ servers: [one] }), later)).toMatchObject({ prices: [""], microUnits: 0 });
  });

  it("estimates no more CPU time for its tools than the server took", () => {
    const uses = ["t", "deep"].map((target) => ({
      ...bareUse,
      target,
      count: 1_000,
      cpu: { us: 1_000_000, calls: 1 },
    }));
    const used = { cpuUs: 1_000_000n, memoryByteMs: 0n };
    const dear: WrittenBook = { currency: "USD", versions: [{ name: "v", prices: { cpuCoreHour: 3600 } }] };
    expect(onlyServer(dayOf({ servers: [{ ...bareServer, used, uses }] }), dear)).toMatchObject({
      microUnits: 1_000_000,
      tools: [{ microUnits: 500_000 }, { microUnits: 500_000 }],
      unattributed: 0,
    });
  });
});
