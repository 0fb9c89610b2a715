import fc from "fast-check";
import { expect, test } from "vitest";
import { AnswerReader } from "./answer-reader.ts";
import type { Message } from "./messages.ts";

const MESSAGES = [
  { jsonrpc: "2.0", id: 1, result: { text: "grüße 👋" } },
  { jsonrpc: "2.0", method: "notifications/message", params: {} },
];

function read(chunks: readonly Uint8Array[]): Message[] {
  const seen: Message[] = [];
  const reader = new AnswerReader((message) => seen.push(message));
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return seen;
}

/** Cuts bytes at any places, inside characters too. */
function cut(text: string, places: readonly number[]): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
}

const PLACES = fc.array(fc.nat(5000), { maxLength: 20 });

test("reads server-sent events however they are cut", () => {
  const text = `: keepalive\n\nid: 7\ndata: \n\n${MESSAGES.map((m) => `event: message\ndata: ${JSON.stringify(m)}\n\n`).join("")}`;
  fc.assert(
    fc.property(PLACES, (places) => {
      expect(read(cut(text, places))).toEqual(MESSAGES);
    }),
  );
});

test("reads one JSON document or a batch however it is cut", () => {
  fc.assert(
    fc.property(PLACES, (places) => {
      expect(read(cut(JSON.stringify(MESSAGES), places))).toEqual(MESSAGES);
    }),
  );
  expect(read(cut(JSON.stringify(MESSAGES[0]), []))).toEqual([MESSAGES[0]]);
});

test.each(["", "<html>502</html>", "{ broken", "null", "42"])("finds nothing in %j", (text) => {
  expect(read(cut(text, [1]))).toEqual([]);
});

test("gives up on an answer that never ends instead of keeping it all", () => {
  const piece = new TextEncoder().encode(`{"padding":"${"x".repeat(1024 * 1024)}`);
  const before = process.memoryUsage().heapUsed;
  expect(read(Array.from({ length: 64 }, () => piece))).toEqual([]);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(48 * 1024 * 1024);
});
