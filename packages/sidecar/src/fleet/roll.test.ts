import type { Registration } from "@mcp-ops/formats";
import { expect, it } from "vitest";
import { nextRoll } from "./roll.ts";

const registration = (server: string, bootId: string): Registration => ({
  schema: 1,
  server,
  pid: 1,
  bootId,
  startedAt: "2026-11-21T10:00:00.000Z",
  socket: "x.sock",
});

const A = registration("a", "00000000000a");
const B = registration("b", "00000000000b");
const words = (roll: ReturnType<typeof nextRoll>) =>
  roll.map(({ server, diedAtMs }) => `${server}${diedAtMs === undefined ? "" : " died"}`);

it("remembers who was killed for a while, and forgets at once who left as it should", () => {
  const first = nextRoll([], { registrations: [A, B], swept: [] }, 0, 100);
  expect(words(first)).toEqual(["a", "b"]);
  const killed = nextRoll(first, { registrations: [], swept: [A.bootId] }, 10, 100);
  expect(words(killed)).toEqual(["a died"]);
  expect(words(nextRoll(killed, { registrations: [B], swept: [] }, 109, 100))).toEqual(["b", "a died"]);
  expect(words(nextRoll(killed, { registrations: [B], swept: [] }, 110, 100))).toEqual(["b"]);
});

it("does not know who was killed before it looked first", () => {
  expect(nextRoll([], { registrations: [], swept: [A.bootId] }, 0, 100)).toEqual([]);
});
