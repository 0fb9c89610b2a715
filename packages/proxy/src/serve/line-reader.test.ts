import { expect, it } from "vitest";
import { LineReader } from "./line-reader.ts";

function reading(maxBytes: number, chunks: readonly string[]) {
  const lines: string[] = [];
  let overflows = 0;
  const reader = new LineReader(maxBytes, (line) => lines.push(line));
  reader.onOverflow = () => overflows++;
  for (const chunk of chunks) reader.push(Buffer.from(chunk, "latin1"));
  return { lines, overflows };
}

it("reads lines however they are cut, letters of several bytes among them", () => {
  const bytes = Buffer.from('{"a":"ü"}\n\n{"b":2}\r\nrest').toString("latin1");
  const expected = ['{"a":"ü"}', "", '{"b":2}\r'];
  expect(reading(100, [bytes]).lines).toEqual(expected);
  expect(reading(100, [...bytes]).lines).toEqual(expected);
});

it("tells once of a line that is too long, and reads nothing behind it", () => {
  expect(reading(3, ["abc\n", "ab", "cd", "ef\ngh\n", "abcdef"])).toEqual({ lines: ["abc"], overflows: 1 });
  expect(reading(3, ["abcd\nok\n"])).toEqual({ lines: [], overflows: 1 });
});
