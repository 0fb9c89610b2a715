import { readFileSync } from "node:fs";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { estimateShort, estimating } from "./estimate.ts";

const CORPUS = new URL("../../testdata/corpus/", import.meta.url);
/** Exact counts of `o200k_base`, by file. */
const counts = JSON.parse(readFileSync(new URL("counts.json", CORPUS), "utf8")) as Record<string, number>;
const textOf = (file: string) => readFileSync(new URL(file, CORPUS), "utf8");

/** Takes all steps of the estimate. */
function estimateTokens(texts: readonly string[]): number {
  const work = estimating(texts);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** How far an estimate may be from the exact count, as docs/cost.md states it. */
const STATED_ERROR: Readonly<Record<string, number>> = {
  "json-compact": 0.1,
  "json-pretty": 0.1,
  prose: 0.1,
  code: 0.15,
  numbers: 0.1,
  ids: 0.2,
  mixed: 0.1,
  "non-latin": 0.25,
  latin: 0.35,
};

it("has exact counts that the tokenizer confirms", () => {
  expect(Object.keys(counts).length).toBeGreaterThan(20);
  for (const [file, exact] of Object.entries(counts)) expect([file, countTokens(textOf(file))]).toEqual([file, exact]);
});

describe.each(Object.entries(STATED_ERROR))(
  "C4: the estimate of %s is within %f of the exact count",
  (kind, stated) => {
    const files = Object.keys(counts).filter((file) => file.startsWith(`${kind}/`));
    expect(files.length).toBeGreaterThan(0);
    it.each(files)("%s", (file) => {
      const exact = counts[file] as number;
      expect(Math.abs(estimateTokens([textOf(file)]) / exact - 1)).toBeLessThan(stated);
    });
  },
);

it("C4: a text that is too long to be looked at whole is estimated as well by what is looked at, also where it is uneven", () => {
  const table = textOf("numbers/table-csv.txt");
  const prose = textOf("prose/report.txt");
  const ids = textOf("ids/base64.txt");
  const uneven = table.repeat(40) + prose.repeat(200) + ids.repeat(20);
  const exact = 40 * countTokens(table) + 200 * countTokens(prose) + 20 * countTokens(ids);
  expect(uneven.length).toBeGreaterThan(400_000);
  expect(Math.abs(estimateTokens([uneven]) / exact - 1)).toBeLessThan(0.1);
  const inPieces = [table.repeat(40), prose.repeat(200), ids.repeat(20)];
  expect(Math.abs(estimateTokens(inPieces) / exact - 1)).toBeLessThan(0.1);
});

it("C4: short texts that are counted at once have the same estimate as those that wait", () => {
  for (const file of Object.keys(counts)) {
    const texts = [textOf(file).slice(0, 700), "", textOf(file).slice(700, 2000)];
    expect([file, estimateShort(texts)]).toEqual([file, estimateTokens(texts)]);
  }
});

it("estimates nothing for nothing, and something for a single letter", () => {
  expect(estimateTokens([])).toBe(0);
  expect(estimateTokens(["", ""])).toBe(0);
  expect(estimateTokens(["a"])).toBe(1);
});
