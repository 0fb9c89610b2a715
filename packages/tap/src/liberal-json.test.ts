import { expect, test } from "vitest";
import { liberalJson } from "./liberal-json.ts";

const JSON_TEXT = ' {"a": "é"}';
const wide = (bytes: number, isLittle: boolean) =>
  Buffer.concat(
    [...JSON_TEXT].map((letter) => {
      const code = Buffer.alloc(bytes);
      if (isLittle) code.writeUInt16LE(letter.charCodeAt(0), 0);
      else code.writeUInt16BE(letter.charCodeAt(0), bytes - 2);
      return code;
    }),
  );

test.each([
  ["UTF-8", Buffer.from(JSON_TEXT)],
  ["UTF-8 behind a byte-order mark", Buffer.from(`\uFEFF${JSON_TEXT}`)],
  ["UTF-16, little end first", wide(2, true)],
  ["UTF-16, big end first", wide(2, false)],
  ["UTF-16 behind a byte-order mark", Buffer.concat([Buffer.from([0xff, 0xfe]), wide(2, true)])],
  ["UTF-32, little end first", wide(4, true)],
  ["UTF-32, big end first", wide(4, false)],
])("what a liberal server reads is read in %s", (_, bytes) => {
  expect(liberalJson(bytes)).toEqual({ a: "é" });
});

test("numbers that JSON does not have read as null, and text stays text", () => {
  const text = String.raw`[NaN, -Infinity, {"NaN": "Infinity \" NaN"}, Infinity]`;
  expect(liberalJson(Buffer.from(text))).toEqual([null, null, { NaN: 'Infinity " NaN' }, null]);
});

test.each(["", "  ", "plain", "1", '"text"', "{half", "{NaN}"])("%j holds no object", (text) => {
  expect(liberalJson(Buffer.from(text))).toBeUndefined();
});
