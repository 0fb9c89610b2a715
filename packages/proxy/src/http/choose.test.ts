import { expect, test } from "vitest";
import { preferred, rendezvous } from "./choose.ts";

const up = (name: string) => ({ name, isUp: true });
const THREE = [up("http://a"), up("http://b"), up("http://c")];
const SESSIONS = Array.from({ length: 300 }, (_, at) => `session ${at}`);

test("every proxy chooses the same upstream for a session, whatever order it lists them in", () => {
  const other = THREE.toReversed();
  for (const id of SESSIONS) expect(rendezvous(other, id)?.name).toBe(rendezvous(THREE, id)?.name);
});

test("sessions spread over the upstreams, and only those of a lost one move", () => {
  const before = SESSIONS.map((id) => rendezvous(THREE, id)?.name);
  for (const { name } of THREE) expect(before.filter((chosen) => chosen === name).length).toBeGreaterThan(50);
  const lost = [up("http://a"), { name: "http://b", isUp: false }, up("http://c")];
  const after = SESSIONS.map((id) => rendezvous(lost, id)?.name);
  const moved = SESSIONS.filter((_, at) => before[at] !== after[at]);
  expect(moved).toEqual(SESSIONS.filter((_, at) => before[at] === "http://b"));
});

test("when all are down all are tried: the check may be what is wrong", () => {
  expect(preferred([{ name: "http://a", isUp: false }])).toHaveLength(1);
});
