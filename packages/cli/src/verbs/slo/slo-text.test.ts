import type { SloState } from "@mcp-ops/formats";
import { expect, it } from "vitest";
import { statusText } from "./status.ts";

const state = (over: Partial<SloState>): SloState => ({
  ...{ name: "desk-up", server: "travel-desk", kind: "availability", window: "month", objective: 0.9999 },
  ...{ good: 43_199, total: 43_199, budgetRemaining: 1, burnRates: { "1h": 0 }, state: "met", note: "Fine." },
  ...over,
});

const statusOf = (...objectives: readonly Partial<SloState>[]) =>
  statusText({ schema: 1, generatedAt: "", timeZone: "UTC", objectives: objectives.map(state) });

it("fits a terminal of 80 columns whatever is promised and however it is broken, and says why line by line", () => {
  const broken = { good: 0, budgetRemaining: -9_999, burnRates: { "1h": 10_000 } };
  const text = statusOf(
    { name: "desk-up-and-its-neighbours-too", ...broken, state: "missed", note: "All\u001b[31m bad." },
    { good: 0, total: 0, state: "not enough data", note: "Nothing is known." },
    {},
  );
  const [table = "", notes = ""] = text.split("\n\n");
  for (const line of table.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(80);
  expect(table).toMatch(/^desk-up-and-its… +99\.99 % +0\.0000 % +month +<-999 % +10000× +missed$/m);
  expect(notes.split("\n")).toEqual(["desk-up-and-its-neighbours-too: All�[31m bad.", "desk-up: Nothing is known."]);
});
