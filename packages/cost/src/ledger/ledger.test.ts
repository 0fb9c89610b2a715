import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { freshPlace, journal, minuteOf, open, place, usage, use } from "../../testing/a-ledger.ts";
import { MIGRATIONS } from "./migrations.ts";

freshPlace();

describe("a ledger", () => {
  it("is made for its owner alone, and has what was booked when it is opened again", async () => {
    {
      using ledger = await open();
      usage(ledger, "2026-11-21T11:00:00Z", "2026-11-21T11:00:15Z", { cpuUs: 1_500_000, memoryByteMs: 77n });
      journal(ledger, use("2026-11-21T11:00Z", { principal: "ann", session: "s1", tokens: { estimate: 5 } }));
    }
    expect([statSync(place.file).mode & 0o777, statSync(join(place.folder, "deep")).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
    using ledger = await open();
    expect(ledger.day("2026-11-21")).toMatchObject({
      isComplete: false,
      fromMinute: minuteOf("2026-11-21T00:00Z"),
      toMinute: minuteOf("2026-11-22T00:00Z"),
      lost: { queue: 0, file: 0, garbage: 0 },
      segments: [
        {
          price: "",
          machine: undefined,
          servers: [
            {
              server: "weather",
              used: { cpuUs: 1_500_000n, memoryByteMs: 77n },
              allocated: { cpuUs: 0n, memoryByteMs: 0n },
              network: undefined,
              uses: [{ target: "forecast", status: "success", principal: "ann", count: 1, tokens: { estimate: 5 } }],
              sessions: [{ session: "s1", target: "forecast", count: 1 }],
              definitions: undefined,
            },
          ],
        },
      ],
    });
    expect([...ledger.outcomes({ from: 0, to: minuteOf("2027-01-01") })]).toEqual([
      {
        minute: minuteOf("2026-11-21T11:00Z"),
        server: "weather",
        method: "tools/call",
        target: "forecast",
        status: "success",
        count: 1,
        latencies: [[1_000, 1]],
      },
    ]);
    expect(ledger.day("2026-11-20")).toBeUndefined();
  });

  it("belongs to one process at a time", async () => {
    using _ledger = await open();
    await expect(open()).rejects.toMatchObject({ code: "COST_LEDGER_IN_USE" });
  });

  it("of a newer version, and a file that is something else, are left alone", async () => {
    (await open())[Symbol.dispose]();
    const database = new DatabaseSync(place.file);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    database.close();
    await expect(open()).rejects.toMatchObject({ code: "COST_LEDGER_NEWER" });
    const other = join(place.folder, "other.db");
    const foreign = new DatabaseSync(other);
    foreign.exec("CREATE TABLE notes (text TEXT)");
    foreign.close();
    await expect(open({ file: other })).rejects.toMatchObject({ code: "COST_LEDGER_UNUSABLE" });
    writeFileSync(join(place.folder, "plain"), "");
    await expect(open({ file: join(place.folder, "plain", "ledger.db") })).rejects.toMatchObject({
      code: "COST_LEDGER_UNUSABLE",
    });
  });
});

describe("a damaged ledger", () => {
  const damages: readonly (readonly [string, () => void])[] = [
    ["is no database", () => writeFileSync(place.file, "this is no database, and longer than its header ".repeat(40))],
    ["lacks its end", () => truncateSync(place.file, statSync(place.file).size - 4096)],
    [
      "is overwritten in the middle",
      () => writeFileSync(place.file, readFileSync(place.file).fill(0xff, 4096, 12_288)),
    ],
  ];

  it.each(damages)("that %s is set aside as it is, told of, and nothing is made up in its place", async (_, damage) => {
    {
      using ledger = await open();
      journal(ledger, use("2026-11-21T11:00Z"));
    }
    damage();
    const bytes = readFileSync(place.file);
    {
      using ledger = await open();
      const movedTo = ledger.damage?.movedTo as string;
      expect(readFileSync(movedTo)).toEqual(bytes);
      expect(ledger.setAside()).toEqual([movedTo]);
      expect([ledger.days, ledger.meter]).toEqual([[], undefined]);
    }
    using again = await open();
    const [left = ""] = again.setAside();
    expect([again.damage, existsSync(left)]).toEqual([undefined, true]);
  });
});

it("what could not be written is not booked in part, and can be booked again", async () => {
  using ledger = await open();
  const bad = use("2026-11-21T11:00Z", { durationUs: 0.5 });
  expect(() => journal(ledger, use("2026-11-21T11:00Z"), use("2026-11-21T11:00Z", { server: "new" }), bad)).toThrow();
  expect(ledger.days).toEqual([]);
  journal(ledger, use("2026-11-21T11:00Z", { server: "new" }));
  expect(ledger.day("2026-11-21")?.segments[0]?.servers).toMatchObject([{ server: "new", uses: [{ count: 1 }] }]);
});
