import { expect, test } from "vitest";
import { MAX_HELD_BYTES } from "./options.ts";
import { type Guest, WaitingRoom } from "./waiting-room.ts";

const guest = (bodyBytes: number): Guest => ({ bodyBytes, enter() {}, turnAway() {} });
const LONG_MS = 60_000;

test("bodies that wait take so much room together, and give it back when they leave or go in", () => {
  const room = new WaitingRoom(10);
  const [half, other, small] = [guest(MAX_HELD_BYTES / 2), guest(MAX_HELD_BYTES / 2), guest(1)];
  expect([half, other, small].map((one) => room.admit(one, LONG_MS))).toEqual([true, true, false]);
  room.leave(half);
  expect(room.admit(small, LONG_MS)).toBe(true);
  room.open();
  expect([room.size, room.admit(half, LONG_MS), room.admit(other, LONG_MS)]).toEqual([0, true, true]);
  room.close();
});
