import { describe, expect, it } from "vitest";
import { calls, freshPlace, journal, minuteOf, open, use } from "../../testing/a-ledger.ts";

freshPlace();

describe("what others may choose", () => {
  it("is told apart up to a limit, and then counted as `_other`; the first to come keep their names, also after a restart", async () => {
    const limits = { servers: 2, methods: 2, targets: 2, principals: 1, sessions: 1, rowsAMinute: 1_000 };
    const lines = (from: number) =>
      Array.from({ length: 5 }, (_, index) =>
        use("2026-11-21T11:00Z", {
          target: `t${from + index}`,
          principal: `p${from + index}`,
          session: `s${from + index}`,
        }),
      );
    {
      using ledger = await open({ limits });
      journal(ledger, ...lines(0));
    }
    using ledger = await open({ limits });
    journal(ledger, ...lines(1));
    const [server] = ledger.day("2026-11-21")?.segments[0]?.servers ?? [];
    const counts = Object.groupBy(server?.uses ?? [], ({ target, principal }) => `${target} ${principal}`);
    expect(Object.entries(counts).map(([kind, rows]) => [kind, rows?.[0]?.count])).toEqual([
      ["t0 p0", 1],
      ["t1 _other", 2],
      ["_other _other", 7],
    ]);
    expect(server?.sessions.reduce((sum, { count }) => sum + count, 0)).toBe(10);
    journal(ledger, ...["a", "b", "c"].map((name) => use("2026-11-21T11:00Z", { server: name })));
    expect(ledger.day("2026-11-21")?.segments[0]?.servers.map(({ server }) => server)).toEqual([
      "_other",
      "a",
      "weather",
    ]);
  });

  it("makes no more rows in a minute than are allowed: first sessions and principals are put together, then targets", async () => {
    const limits = { servers: 5, methods: 5, targets: 100, principals: 100, sessions: 100, rowsAMinute: 10 };
    using ledger = await open({ limits });
    const batch = (name: string, count: number) =>
      Array.from({ length: count }, (_, index) =>
        use("2026-11-21T11:00Z", { target: `${name}${index}`, principal: `${name}${index}`, session: "s" }),
      );
    journal(ledger, ...batch("a", 10));
    journal(ledger, ...batch("b", 10));
    journal(ledger, ...batch("c", 30));
    const [server] = ledger.day("2026-11-21")?.segments[0]?.servers ?? [];
    expect(server?.uses.length).toBe(21);
    expect(server?.uses.find(({ target }) => target === "_other")).toMatchObject({ principal: "_other", count: 30 });
  });

  it("of a time that cannot be, or a word of no table, is garbage, and counted", async () => {
    using ledger = await open();
    journal(
      ledger,
      use("1970-01-01T00:00Z"),
      use("2031-01-01T00:00Z"),
      use("2026-11-21T11:00Z", { status: "made up" as "error" }),
      { kind: "lost", minute: minuteOf("2026-11-21T11:00Z"), count: 1, why: "made up" as "queue" },
      use("2026-11-21T11:00Z"),
    );
    expect(ledger.days).toEqual(["2026-11-21"]);
    expect(ledger.day("2026-11-21")?.lost).toEqual({ queue: 0, file: 0, garbage: 4 });
    expect(calls(ledger.day("2026-11-21"))).toEqual([["", 1]]);
    journal(ledger, { kind: "lost", minute: minuteOf("2026-11-21T11:00Z"), count: 3, why: "file" });
    expect(ledger.lost).toEqual({ queue: 0, file: 3, garbage: 4 });
  });

  it("never passes what numbers can hold", async () => {
    using ledger = await open();
    const huge = {
      count: Number.MAX_SAFE_INTEGER,
      durationUs: Number.MAX_SAFE_INTEGER,
      latencies: [[1, Number.MAX_SAFE_INTEGER]] as const,
    };
    for (let again = 0; again < 3; again++)
      journal(ledger, use("2026-11-21T11:00Z", huge), use("2026-11-21T11:00Z", huge));
    expect(calls(ledger.day("2026-11-21"))).toEqual([["", Number.MAX_SAFE_INTEGER]]);
    expect([...ledger.outcomes({ from: 0, to: 1e9 })]).toMatchObject([{ count: Number.MAX_SAFE_INTEGER }]);
  });
});
