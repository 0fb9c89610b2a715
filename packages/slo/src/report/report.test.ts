import { describe, expect, it } from "vitest";
import { slowCalendar } from "../../testing/calendar.ts";
import { OBJECTIVES, october } from "../../testing/october.ts";
import { monthNamed } from "../calendar.ts";
import { reportMarkdown } from "./markdown.ts";
import type { MonthFacts } from "./report.ts";
import { durationText, percentText, promiseText } from "./words.ts";

describe("the report about a month", () => {
  it("reads as it is written down in testdata", async () => {
    await expect(reportMarkdown(october())).toMatchFileSnapshot("../../testdata/october.md");
  });

  it("of which nothing is known promises nothing and hides nothing", async () => {
    const empty = { objectives: [], failovers: [], backups: [], gaps: [], lost: 0 };
    expect(reportMarkdown(october(empty, Date.parse("2026-10-05T00:00:00Z")))).toBe(
      [
        "# Service levels, October 2026",
        "No objectives were watched in this month. Times are those of Europe/Vienna. Written 2026-10-05 02:00 +02:00. **The month is not over: these are the figures so far.**",
        "## What is not known",
        "Everything: nobody watched.\n",
      ].join("\n\n"),
    );
  });

  it("says that nothing is missing only where all of it was watched", () => {
    const [whole, , , part] = OBJECTIVES;
    const facts = { objectives: [whole], gaps: [], lost: 0 };
    const minutes = 31 * 1_440 + 60;
    const full = { ...whole, totals: { good: minutes, bad: 0 } };
    expect(reportMarkdown(october({ ...facts, objectives: [full] }))).toContain("Nothing: the servers were watched");
    for (const objectives of [[whole], [full, part], [{ ...full, until: full.since + 90_000 }]])
      expect(reportMarkdown(october({ ...facts, objectives }))).toContain("Only what is said of the objectives above.");
  });

  it("of a month that runs breaks no promise that can still be kept, as its status does not", () => {
    const [up] = OBJECTIVES;
    const oneDay = (bad: number) => {
      const facts = { objectives: [{ ...up, totals: { good: 1_440 - bad, bad } }] };
      return october(facts, Date.parse("2026-10-01T22:00:00Z")).objectives[0];
    };
    expect(oneDay(10)).toMatchObject({ result: "met", allowed: 44, bad: 10, unknownMinutes: 0 });
    expect(oneDay(45)).toMatchObject({ result: "missed" });
    // What is not promised any more cannot be made good.
    const ended = { ...up, until: up.since + 90_000, totals: { good: 1_430, bad: 10 } };
    const [asItWas] = october({ objectives: [ended] }, Date.parse("2026-10-15T22:00:00Z")).objectives;
    expect(asItWas).toMatchObject({ result: "missed", allowed: 1 });
  });

  it("says so when an incident may still go on", () => {
    const [up] = OBJECTIVES;
    const incidents = up.incidents.map((incident) => ({ ...incident, isOpen: true }));
    expect(reportMarkdown(october({ objectives: [{ ...up, incidents }] }))).toMatch(/\| 1 h 5 min so far \| desk-up/);
  });

  it("says once for all when they were first watched", () => {
    const [up, fast] = OBJECTIVES;
    const since = up.since + 90_000;
    const note = (...objectives: MonthFacts["objectives"]) =>
      reportMarkdown(october({ objectives })).match(/^- (.* watched from)/m)?.[1];
    expect(note({ ...up, since }, { ...fast, since })).toBe("All were watched from");
    expect(note({ ...up, since }, { ...fast, since }, up)).toBe("desk-up, desk-fast were watched from");
  });

  it("says the same as data, in UTC", () => {
    const report = october();
    expect(report).toMatchObject({
      month: "2026-10",
      from: "2026-09-30T22:00:00.000Z",
      to: "2026-10-31T23:00:00.000Z",
      isComplete: true,
      missing: { gapMinutes: 280, lostExchanges: 1_204 },
    });
    expect(report.objectives.map(({ name, result }) => [name, result])).toEqual([
      ["desk-up", "missed"],
      ["desk-fast", "met"],
      ["booking-works", "met"],
      ["notes-work", "not enough data"],
    ]);
    // October has an hour more in Vienna.
    expect(report.objectives[0]).toMatchObject({
      good: 44_350,
      bad: 65,
      unknownMinutes: 31 * 1_440 + 60 - 44_415,
      allowed: 44,
    });
    expect(report.missing.gaps[1]).toMatchObject({ to: "2026-10-31T23:00:00.000Z", minutes: 10 });
  });

  it("has tables that a name chosen by somebody else cannot break", () => {
    const [first] = october().objectives;
    const hostile = { ...first, server: "a|b\u001b[31m\n# c `d` <script>" } as typeof first & object;
    const text = reportMarkdown({ ...october(), objectives: [hostile] });
    expect(text).toContain("a\\|b�\\[31m�# c \\`d\\` \\<script\\> up");
  });
});

it.each(["9999-12", "9999-01", "0000-01", "1970-12", "2026-13", "2026-1", "2026-10-01", "", " 2026-10", "２０２６-10"])(
  "%j is refused as a month, with what would be one",
  (name) => {
    const calendar = slowCalendar("Pacific/Kiritimati");
    expect(() => monthNamed(name, calendar)).toThrow("is no month. Write year and month, such as 2026-10.");
    expect(monthNamed("9998-12", calendar).to).toBeGreaterThan(0);
  },
);

it("rounds nothing into a promise kept", () => {
  expect(percentText(0.9989999, 0.999)).toBe("99.899 %");
  expect(percentText(0.999, 0.999)).toBe("99.900 %");
  expect(percentText(1, 0.999)).toBe("100.000 %");
  expect(promiseText(0.999)).toBe("99.9 %");
  expect([59, 60, 130, 1_440, 4_561].map(durationText)).toEqual(["59 min", "1 h", "2 h 10 min", "1 d", "3 d 4 h"]);
});
