import fc from "fast-check";
import { expect, test } from "vitest";
import { EventSplitter } from "./event-splitter.ts";
import { type ServerEvent, withData } from "./server-event.ts";

/** Splits these chunks, and gives the events, the pieces of events too long, and every byte in order. */
function split(chunks: readonly Uint8Array[], maxBytes = 1000) {
  const events: ServerEvent[] = [];
  const bytes: Uint8Array[] = [];
  let tooLong = 0;
  const splitter = new EventSplitter(maxBytes, {
    event: (event) => {
      events.push(event);
      bytes.push(event.raw);
    },
    tooLong: (piece) => {
      tooLong++;
      bytes.push(piece);
    },
  });
  for (const chunk of chunks) splitter.push(chunk);
  const rest = splitter.takeRest();
  if (rest !== undefined) bytes.push(rest);
  return { events, tooLong, text: Buffer.concat(bytes).toString(), isBetweenEvents: splitter.isBetweenEvents };
}

const fields = ({ name, data, id }: ServerEvent) => ({ name, data, id });

const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
const line = fc.constantFrom(
  "data: {}",
  "data:é",
  "data",
  "event: message",
  "event:",
  "id: 7",
  ": comment",
  "retry: 5",
  "x",
);
const stream = fc.array(fc.tuple(fc.oneof(line, fc.constant("")), lineEnd), { maxLength: 30 });

test("wherever a stream is cut, the events are the same and no byte is lost or added", () => {
  fc.assert(
    fc.property(stream, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (lines, sizes) => {
      const whole = Buffer.from(lines.map((parts) => parts.join("")).join(""));
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < whole.length; ) {
        const size = sizes.next().value as number;
        chunks.push(whole.subarray(at, at + size));
        at += size;
      }
      const cut = split(chunks);
      expect(cut.text).toBe(whole.toString());
      const heard = ({ events }: { events: ServerEvent[] }) =>
        events.map(fields).filter(({ data }) => data !== undefined);
      expect(heard(cut)).toEqual(heard(split([whole])));
    }),
  );
});

test("an event ends at an empty line, whichever way lines end", () => {
  const ends = (end: string) =>
    split([Buffer.from(["id: 1", "data: a", "data:b", "", "data", "", ""].join(end))]).events.map(fields);
  const expected = [
    { name: "message", data: "a\nb", id: "1" },
    { name: "message", data: "", id: undefined },
  ];
  for (const end of ["\n", "\r\n", "\r"]) expect(ends(end).filter(({ data }) => data !== undefined)).toEqual(expected);
});

test("an event leaves whole as soon as its last byte is there", () => {
  const { events } = split(["data: a\r\n\r\n", "data: b\r\n\r", "\n"].map((text) => Buffer.from(text)));
  expect(events.map(({ raw }) => Buffer.from(raw).toString())).toEqual(["data: a\r\n\r\n", "data: b\r\n\r", "\n"]);
});

test("an event too long is not kept, passes in pieces, and the next one is read again", () => {
  const long = `data: ${"x".repeat(60)}\n\n`;
  const { events, tooLong, text } = split(
    [Buffer.from(long.slice(0, 30)), Buffer.from(`${long.slice(30)}data: y\n\n`)],
    40,
  );
  expect(tooLong).toBeGreaterThan(0);
  expect(events.map(fields)).toEqual([{ name: "message", data: "y", id: undefined }]);
  expect(text).toBe(`${long}data: y\n\n`);
});

test.each([
  ["id: 1\r\nevent: message\r\ndata: {\r\ndata: }\r\n\r\n", 'id: 1\r\nevent: message\r\ndata: {"a":1}\r\n\r\n'],
  ["data:{}\nid: 2\n\n", 'data: {"a":1}\nid: 2\n\n'],
  ["\uFEFFdata: {}\n\n", 'data: {"a":1}\n\n'],
])("%j: other data leaves the other lines of an event alone", (raw, expected) => {
  const [event] = split([Buffer.from(raw)]).events;
  expect(withData(event as ServerEvent, '{"a":1}')).toBe(expected);
});
