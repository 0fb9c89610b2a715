import { expect, test } from "vitest";
import { timingOf } from "../timing.ts";
import { wakeAt } from "./due.ts";
import type { Effect, Event } from "./event.ts";
import { opening, type Settings, type State } from "./state.ts";
import { statusOf } from "./status.ts";
import { step } from "./step.ts";

const SETTINGS: Settings = {
  node: "a",
  holder: "a/1",
  timing: timingOf("embedded"),
  priority: 100,
  maxSyncLagMs: undefined,
  health: { failures: 3, of: 3, passes: 1 },
  fencing: false,
};
const grantOf = (token: bigint) => ({ name: "group", holder: "a/1", token, ttlMs: 10_000 });

/** An elector that is told one thing after the other. */
class Elector {
  state: State;
  /** Of all records so far. */
  readonly whys: string[] = [];

  constructor(settings: Partial<Settings> = {}) {
    this.state = opening({ ...SETTINGS, ...settings }, undefined, 0);
    this.tell(0, { kind: "boot" }, { kind: "probed", probe: "passing" });
  }

  tell(now: number, ...events: Event[]): Effect["kind"][] {
    const effects: Effect[] = [];
    for (const event of events) {
      const stepped = step(this.state, event, now);
      this.state = stepped.state;
      effects.push(...stepped.effects);
    }
    for (const effect of effects) if (effect.kind === "record") this.whys.push(effect.entry.why);
    return effects.map(({ kind }) => kind).filter((kind) => kind !== "record");
  }

  /** Asks at 0 for a lease that is free, and is given it at `now`. */
  granted(now: number, token = 1n): Effect["kind"][] {
    this.tell(0, { kind: "seen", holder: undefined, askedAt: 0, jitter: 0 });
    return this.tell(now, { kind: "granted", grant: grantOf(token), askedAt: 0 });
  }

  leading(): this {
    this.granted(10);
    this.tell(20, { kind: "persisted", memory: this.state.memory });
    expect(this.state.stand.phase).toBe("leading");
    return this;
  }
}

test("R1: a slow answer lengthens no lease, neither when it is given nor when it is renewed", () => {
  const elector = new Elector();
  elector.granted(1_900);
  elector.tell(1_901, { kind: "persisted", memory: elector.state.memory });
  expect(statusOf(elector.state, 2_000).remainingMs).toBe(7_000);
  expect(elector.tell(3_000, { kind: "wake" })).toEqual(["renew"]);
  elector.tell(4_900, { kind: "renewed", token: 1n, askedAt: 3_000 });
  expect(statusOf(elector.state, 4_900).remainingMs).toBe(7_100);
});

test("R2: a renewal whose answer comes after the deadline finds a node that has stopped", () => {
  const elector = new Elector().leading();
  expect(elector.tell(9_001, { kind: "renewed", token: 1n, askedAt: 7_500 })).toEqual(["release"]);
  expect(elector.state.stand.phase).toBe("releasing");
});

test("R4: nobody leads before its token is on disk", () => {
  const elector = new Elector();
  expect(elector.granted(10)).toEqual(["persist"]);
  elector.tell(50, { kind: "wake" });
  expect(elector.state.stand.phase).toBe("preparing");
  elector.tell(60, { kind: "persisted", memory: { highestToken: 0n, paused: false } });
  expect(elector.state.stand.phase).toBe("preparing");
});

test("R4: a lease that was given back is not led with again, though the store still has it", () => {
  const elector = new Elector({ timing: { ...SETTINGS.timing, coolDownMs: 0 } }).leading();
  elector.tell(30, { kind: "shutdown" });
  expect(elector.tell(40, { kind: "drained", token: 1n, confirmed: true })).toEqual(["release"]);
  const alive = { ...elector.state, closing: false };
  elector.state = alive;
  expect(elector.tell(50, { kind: "release-failed", token: 1n })).toEqual(["read"]);
  expect(elector.tell(60, { kind: "seen", holder: { holder: "a/1", token: 1n }, askedAt: 50, jitter: 0 })).toEqual([
    "acquire",
  ]);
  expect(elector.tell(70, { kind: "granted", grant: grantOf(1n), askedAt: 60 })).toEqual(["release"]);
  // Nothing is wrong with the store, and nobody is to raise a floor.
  expect(elector.whys).not.toContain("token-went-back");
  expect(elector.tell(80, { kind: "released", token: 1n })).toEqual(["read"]);
  elector.tell(90, { kind: "seen", holder: undefined, askedAt: 80, jitter: 0 });
  expect(elector.tell(95, { kind: "granted", grant: grantOf(2n), askedAt: 90 })).toEqual(["persist"]);
});

test("R4: a token that another has had is not led with: a restored store counts up to it again", () => {
  const elector = new Elector();
  elector.tell(5, { kind: "seen", holder: { holder: "b/1", token: 5n }, askedAt: 0, jitter: 0 });
  elector.tell(600, { kind: "wake" });
  expect(elector.tell(605, { kind: "seen", holder: undefined, askedAt: 600, jitter: 0 })).toEqual(["acquire"]);
  expect(elector.tell(610, { kind: "granted", grant: grantOf(5n), askedAt: 605 })).toEqual(["release"]);
  expect(elector.whys.at(-1)).toBe("token-went-back");
});

test("answers for an earlier lease say nothing about this one", () => {
  const elector = new Elector({ fencing: true });
  elector.granted(10, 5n);
  elector.tell(20, { kind: "persisted", memory: elector.state.memory });
  elector.tell(
    21,
    { kind: "fenced", token: 4n },
    { kind: "fence-failed", token: 4n, text: "late" },
    { kind: "lost", token: 4n },
  );
  expect(elector.state.stand.phase).toBe("preparing");
  elector.tell(22, { kind: "fenced", token: 5n });
  const before = statusOf(elector.state, 30).remainingMs;
  elector.tell(30, { kind: "renewed", token: 4n, askedAt: 30 }, { kind: "lost", token: 4n });
  expect(statusOf(elector.state, 30)).toMatchObject({ role: "primary", remainingMs: before });
  elector.tell(31, { kind: "shutdown" }, { kind: "drained", token: 4n, confirmed: true });
  expect(elector.state.stand.phase).toBe("draining");
});

test("R5: what was asked before the clock misbehaved ends no distrust; what is asked after it does", () => {
  const elector = new Elector().leading();
  expect(elector.tell(3_000, { kind: "wake" })).toEqual(["renew"]);
  elector.tell(3_100, { kind: "tilted", clock: "wall", ms: 5_000 });
  expect(elector.tell(3_200, { kind: "renewed", token: 1n, askedAt: 3_000 })).toEqual(["renew"]);
  expect(statusOf(elector.state, 3_200)).toMatchObject({ role: "standby", tilt: true, remainingMs: 0 });
  elector.tell(3_300, { kind: "renewed", token: 1n, askedAt: 3_200 });
  expect(statusOf(elector.state, 3_300)).toMatchObject({ role: "primary", tilt: false, remainingMs: 8_900 });
});

test("R6: N failures of the last M probes make a server ill, also when they are not in a row", () => {
  const elector = new Elector({ health: { failures: 2, of: 3, passes: 2 } });
  const probes = (results: string): boolean => {
    for (const one of results) elector.tell(1, { kind: "probed", probe: one === "+" ? "passing" : "failing" });
    return elector.state.healthy;
  };
  expect(probes("+")).toBe(true);
  expect(probes("-++-+")).toBe(true);
  expect(probes("-")).toBe(false);
  expect(probes("+-+")).toBe(false);
  expect(probes("+")).toBe(true);
});

test("news that come while the store is being asked are looked at as soon as it has answered", () => {
  const elector = new Elector();
  elector.tell(1, { kind: "stirred" });
  const by = { holder: "b/1", token: 5n };
  expect(elector.tell(5, { kind: "seen", holder: by, askedAt: 0, jitter: 0 })).toEqual(["persist", "read"]);
  expect(elector.tell(9, { kind: "seen", holder: by, askedAt: 5, jitter: 0 })).toEqual([]);
  expect(elector.tell(600, { kind: "wake" })).toEqual(["read"]);
  expect(elector.tell(605, { kind: "seen", holder: undefined, askedAt: 600, jitter: 0 })).toEqual(["acquire"]);
  elector.tell(606, { kind: "stirred" });
  expect(elector.tell(610, { kind: "held", by, askedAt: 605 })).toEqual(["read"]);
});

test("R8: a node that lost its lease to a silent store may apply at once, one that was ill may not", () => {
  const silent = new Elector().leading();
  silent.tell(9_000, { kind: "wake" });
  silent.tell(9_010, { kind: "released", token: 1n });
  expect(statusOf(silent.state, 9_010).reasons).toEqual([]);
  const ill = new Elector({ timing: { ...SETTINGS.timing, holdMs: 0 } }).leading();
  for (let n = 0; n < 3; n += 1) ill.tell(30, { kind: "probed", probe: "failing" });
  ill.tell(40, { kind: "drained", token: 1n, confirmed: true }, { kind: "probed", probe: "passing" });
  expect(statusOf(ill.state, 50).reasons).toEqual(["cool-down"]);
});

test("who waits for an answer is not woken for what it waits for", () => {
  const elector = new Elector();
  expect(wakeAt(elector.state, 0)).toBe(Number.POSITIVE_INFINITY);
  elector.leading();
  expect(wakeAt(elector.state, 20)).toBe(3_000);
  elector.tell(3_000, { kind: "wake" });
  expect(wakeAt(elector.state, 3_000)).toBe(8_000);
});
