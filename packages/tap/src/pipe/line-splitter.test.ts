import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSplitter } from "./line-splitter.ts";
import type { TopLevel } from "./top-level.ts";

function split(chunks: readonly Uint8Array[], maxBytes = 1000) {
  const lines: Buffer[] = [];
  const tooLong: (TopLevel & { readonly bytes: number })[] = [];
  const reader = {
    line: (bytes: Buffer) => void lines.push(Buffer.from(bytes)),
    tooLong: (found: TopLevel, bytes: number) => void tooLong.push({ ...found, bytes }),
  };
  const splitter = new LineSplitter(reader, maxBytes);
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  return { lines, tooLong, rest: splitter.rest() };
}

const TEXT = Buffer.concat([
  Buffer.from('{"a":"ü"}\r\n\n{"b":1}\n'),
  Buffer.from([0xff, 0xfe, 0x0a]),
  Buffer.from("rest"),
]);

test("lines are the same wherever the stream is cut", () => {
  const whole = split([TEXT]);
  expect(whole.lines.map(String).slice(0, 3)).toEqual(['{"a":"ü"}\r\n', "\n", '{"b":1}\n']);
  expect(String(whole.rest)).toBe("rest");
  for (let cut = 0; cut <= TEXT.length; cut++) {
    expect(split([TEXT.subarray(0, cut), TEXT.subarray(cut)])).toEqual(whole);
  }
  expect(split([...TEXT].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
});

test("no byte is lost, added or changed, whatever comes in whatever pieces", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (chunks) => {
      const { lines, rest } = split(chunks);
      expect(Buffer.concat([...lines, rest])).toEqual(Buffer.concat(chunks));
      for (const line of lines) expect(line.indexOf(10)).toBe(line.length - 1);
    }),
  );
});

const LONG = "x".repeat(200);

test.each([
  [{ id: 7, method: "m", params: LONG }, 7, true],
  [{ method: "m", params: { id: 1, text: LONG }, id: 'a\\"ü' }, 'a\\"ü', true],
  [{ method: "m", params: [{ id: 3 }, LONG] }, undefined, true],
  [{ result: { method: "m", text: `${LONG}"id":9` }, id: 0 }, 0, false],
  [{ [LONG]: 1, "i\\u0064": 5, text: '{"id":4,' }, undefined, false],
  [[{ id: 1, method: LONG }], undefined, false],
])("of a line that is too long only its id and its kind are read: %j", (message, id, isQuestion) => {
  const text = Buffer.from(`${JSON.stringify(message)}\nnext\n`);
  const found = { id, isQuestion, bytes: text.length - 5 };
  for (const chunks of [[text], [...text].map((byte) => Uint8Array.of(byte))]) {
    const { lines, tooLong } = split(chunks, 100);
    expect(tooLong).toEqual([found]);
    expect(lines.map(String)).toEqual(["next\n"]);
  }
});
