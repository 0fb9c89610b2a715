import type { ResultOutcome } from "@mcp-ops/exchange";
import { expect, test } from "vitest";
import { answeredOutcome } from "./message-outcome.ts";

const text = (words: string) => ({ type: "text", text: words });
const outcomeOf = (result: unknown) =>
  answeredOutcome({ jsonrpc: "2.0", id: 1, result }, 1, undefined, undefined) as ResultOutcome;

test("tells the texts of a result that is a few texts and nothing else", () => {
  expect(outcomeOf({ content: [text("a"), text("")] }).texts).toEqual(["a", ""]);
  expect(outcomeOf({ content: [text("broke")], isError: true, structuredContent: {} }).texts).toEqual(["broke"]);
});

test.each([
  ["has no content", {}],
  ["has an empty content", { content: [] }],
  ["is structured", { content: [], structuredContent: { a: 1 } }],
  ["has an image, too", { content: [text("a"), { type: "image", data: "AAAA", mimeType: "image/png" }] }],
  ["has a text that is none", { content: [{ type: "text", text: 1 }] }],
  ["has an item that is none", { content: [text("a"), null] }],
  ["has very many texts", { content: Array.from({ length: 100 }, () => text("a")) }],
  ["has a content that is no list", { content: { length: 1, 0: text("a") } }],
  ["is no object", "a"],
])("leaves a result to be read that %s", (_, result) => {
  expect(outcomeOf(result).texts).toBeUndefined();
});

test("lets nobody change an answer through its texts", () => {
  const result = { content: [text("a")] };
  const outcome = outcomeOf(result);
  (outcome.texts as string[])[0] = "b";
  (outcome.texts as string[]).push("c");
  expect(result).toEqual({ content: [text("a")] });
  expect(outcome.texts).toEqual(["a"]);
});
