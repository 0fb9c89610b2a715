import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { expect, it, onTestFinished } from "vitest";
import { Tokenizer, type TokenizerOptions } from "./tokenizer.ts";

function open(options: TokenizerOptions = {}) {
  const warnings: string[] = [];
  const tokenizer = new Tokenizer(options, ({ code }) => warnings.push(code));
  onTestFinished(() => tokenizer.close());
  return { tokenizer, warnings };
}

it("C4: counts exactly what o200k counts, in a thread of its own, whatever the text looks like", async () => {
  const { tokenizer, warnings } = open();
  const texts = ["The harbour was kept.", "灯塔", '{"a":[1,2,3]}', "<|endoftext|> is only text here", ""];
  const exact = texts.reduce((sum, text) => sum + countTokens(text, { disallowedSpecial: new Set() }), 0);
  expect(await tokenizer.count(texts)).toBe(exact);
  expect(await Promise.all(texts.map((text) => tokenizer.count([text])))).toHaveLength(texts.length);
  expect(warnings).toEqual([]);
  expect(tokenizer.share.countedChars).toBe(tokenizer.share.chars);
});

it("C4: counts windows of a long text, scales them up, and says which share it has counted", async () => {
  const { tokenizer } = open({ maxChars: 8 * 1024 });
  const text = "Wind can raise or lower the water by more than half a metre. ".repeat(2000);
  const counted = (await tokenizer.count([text])) as number;
  const exact = countTokens(text);
  expect(Math.abs(counted / exact - 1)).toBeLessThan(0.05);
  expect(tokenizer.share.chars).toBeCloseTo(text.length, -2);
  expect(tokenizer.share.countedChars).toBeLessThanOrEqual(8 * 1024);
});

it("refuses at once what finds no room", async () => {
  const { tokenizer } = open({ maxWaiting: 2 });
  const counting = [tokenizer.count(["a"]), tokenizer.count(["b"]), tokenizer.count(["c"])];
  expect(counting[2]).toBeUndefined();
  expect(await Promise.all(counting)).toEqual([1, 1, undefined]);
});

it("gives up what waits when it is closed", async () => {
  const { tokenizer } = open();
  const counting = tokenizer.count(["never"]);
  await tokenizer.close();
  expect(await counting).toBeUndefined();
  expect(tokenizer.count(["later"])).toBeUndefined();
});
