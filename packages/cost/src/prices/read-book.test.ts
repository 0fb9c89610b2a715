import { describe, expect, it } from "vitest";
import { priceCuts, pricesAt, pricesNamed, ratesOf } from "./book.ts";
import { DEFAULT_BOOK } from "./default-book.ts";
import { callPrice } from "./rates.ts";
import { readPriceBook } from "./read-book.ts";
import { computeRate, tokenRate } from "./units.ts";
import type { WrittenBook } from "./written-book.ts";

const NOON = Date.parse("2026-11-21T12:00:00+01:00");

const book: WrittenBook = {
  currency: "EUR",
  versions: [
    {
      name: "dearer",
      from: "2026-11-21T12:00+01:00",
      prices: { cpuCoreHour: 0.04, memoryGiBHour: 0.004 },
      models: { big: { inputMillionTokens: 3 }, small: { inputMillionTokens: "0.25" } },
      servers: {
        search: { model: "big", call: 0.001, tools: { deep: 0.01 } },
        cheap: { model: "small", memoryGBHour: 0.001, cpuCoreHour: 0 },
      },
    },
    { name: "first", prices: { cpuCoreHour: 0.03 } },
    { name: "evening", from: "2026-11-21T18:30:00Z", prices: { cpuCoreHour: 0.05 } },
  ],
};

const pico = (price: number) => BigInt(Math.round(price * 1e12));

describe("a price book", () => {
  it("says what holds at a moment, to the millisecond, with several changes a day", () => {
    const read = readPriceBook(book);
    const at = (ms: number) => pricesAt(read, ms).name;
    expect([at(0), at(NOON - 1), at(NOON), at(Date.parse("2026-11-21T18:30Z"))]).toEqual([
      "first",
      "first",
      "dearer",
      "evening",
    ]);
    expect(priceCuts(read)).toEqual([
      { price: "first", fromMinute: 0 },
      { price: "dearer", fromMinute: NOON / 60_000 },
      { price: "evening", fromMinute: Date.parse("2026-11-21T18:30Z") / 60_000 },
    ]);
  });

  it("finds what the ledger noted by its name, or else by its time", () => {
    const read = readPriceBook(book);
    expect(pricesNamed(read, { price: "evening", fromMinute: 0 }).name).toBe("evening");
    expect(pricesNamed(read, { price: "of another book", fromMinute: NOON / 60_000 }).name).toBe("dearer");
  });

  it("has no prices before its first version begins", () => {
    const late = readPriceBook({ ...book, versions: [book.versions[0]] });
    expect(pricesAt(late, NOON - 1)).toMatchObject({ name: "", rates: {} });
  });

  it("lets a server pay otherwise, also by another unit, and the rest like all", () => {
    const version = pricesAt(readPriceBook(book), NOON);
    const [search, cheap] = [ratesOf(version, "search"), ratesOf(version, "cheap")];
    expect(search).toMatchObject({ cpu: computeRate("cpuCoreHour", pico(0.04)), token: tokenRate(pico(3)) });
    expect(cheap).toMatchObject({ cpu: 0n, memory: computeRate("memoryGBHour", pico(0.001)) });
    expect(ratesOf(version, "unnamed")).toEqual(version.rates);
    expect(version.rates.token).toBeUndefined();
    expect(callPrice(search, "deep")).toBe((callPrice(search, "other") as bigint) * 10n);
    expect(callPrice(cheap, "deep")).toBeUndefined();
  });

  it("has defaults that name where they come from and when they were read", () => {
    const { versions } = readPriceBook(DEFAULT_BOOK);
    for (const { written } of versions) expect(written.source).toMatch(/opencost.*\d{4}-\d\d-\d\d/s);
    expect(versions[0]?.rates).not.toHaveProperty("token");
  });
});

describe("a price book that cannot be used", () => {
  const refusals: [unknown, RegExp][] = [
    [[], /The book must be a map with the keys currency, versions/],
    [{ ...book, curency: "EUR" }, /curency is no key\. There are currency, versions/],
    [{ ...book, currency: "Euro" }, /currency must be three letters of ISO 4217/],
    [{ currency: "EUR", versions: [] }, /versions must be a list with at least one/],
    [of({ name: "a b" }), /versions\[0\]\.name must be 1 to 64 letters/],
    [of({ name: "a", from: "2026-11-21T12:00" }), /from must be a moment with its offset/],
    [of({ name: "a", from: "2026-11-21T12:00:30Z" }), /to the minute/],
    [of({ name: "a", from: "2026-13-21T12:00Z" }), /from must be a moment/],
    [of({ name: "a", from: new Date() }), /from must be a moment/],
    [of({ name: "a" }, { name: "a", from: "2026-11-21T12:00Z" }), /has the name "a" twice/],
    [of({ name: "a" }, { name: "b" }), /two that hold from the beginning/],
    [
      of({ name: "a", from: "2026-11-21T12:00Z" }, { name: "b", from: "2026-11-21T13:00+01:00" }),
      /two that hold from 2026-11-21T12:00:00.000Z/,
    ],
    [of({ name: "a", prices: { cpuHour: 1 } }), /prices\.cpuHour is no key\. There are cpuCoreHour, memoryGiBHour/],
    [of({ name: "a", prices: { cpuCoreHour: -1 } }), /prices\.cpuCoreHour must be a price from 0/],
    [
      of({ name: "a", prices: { memoryGBHour: 1, memoryGiBHour: 1 } }),
      /has memoryGiBHour and memoryGBHour: two prices/,
    ],
    [
      of({ name: "a", prices: { model: "big" } }),
      /prices\.model must be a key of models, and the version has no models/,
    ],
    [
      of({ name: "a", models: { big: { inputMillionTokens: 1 } }, servers: { s: { model: "bog" } } }),
      /servers\.s\.model must be a key of models, and models has big/,
    ],
    [of({ name: "a", models: { big: { outputMillionTokens: 1 } } }), /models\.big\.outputMillionTokens is no key/],
    [of({ name: "a", servers: { s: { tools: { t: "free" } } } }), /servers\.s\.tools\.t must be a price/],
    [of({ name: "a", servers: ["s"] }), /servers must be a map from names/],
    [of("a"), /versions\[0\] must be a map with the keys name, from/],
  ];

  it.each(refusals)("%j is refused with what would be right", (written, message) => {
    expect(() => readPriceBook(written)).toThrow(
      expect.objectContaining({ code: "COST_PRICES_INVALID", message: expect.stringMatching(message) }),
    );
  });

  it("tells all its problems at once, but not more than can be read", () => {
    const many = Array.from({ length: 30 }, () => ({ name: "?", prices: { call: "x" } }));
    const said = messageOf(() => readPriceBook({ currency: "", versions: many }));
    expect(said.split("\n")).toHaveLength(22);
    expect(said).toMatch(/and \d+ more$/);
  });
});

function of(...versions: unknown[]): unknown {
  return { currency: "EUR", versions };
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}
