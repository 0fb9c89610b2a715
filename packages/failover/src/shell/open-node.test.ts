import { expect, onTestFinished, test } from "vitest";
import { MemoryStore } from "../../testing/memory-store.ts";
import { Stage } from "../../testing/stage.ts";
import { SYSTEM_CLOCK } from "../clock.ts";
import type { FailoverNode, NodeMemory } from "../node.ts";
import { timingOf } from "../timing.ts";
import { openNode } from "./open-node.ts";

test("a node begins as a standby, takes a free lease and keeps it", async () => {
  const stage = new Stage();
  const a = stage.open("a");
  expect(a.status()).toMatchObject({ role: "standby", phase: "standby", token: 0n, remainingMs: 0, holder: undefined });
  await stage.clock.run(60_000);
  expect(a.status()).toMatchObject({ role: "primary", token: 1n, holder: { node: "a", token: 1n }, reasons: [] });
  expect(a.status().remainingMs).toBeGreaterThan(5_000);
  expect(stage.written).toEqual([{ highestToken: 1n, paused: false }]);
  expect(stage.whys("a")).toEqual(["boot", "lease-free", "promoted"]);
});

test("nobody leads with a token that is not on disk yet", async () => {
  const stage = new Stage();
  const disk = Promise.withResolvers<void>();
  const a = stage.open("a", { persist: () => disk.promise });
  await stage.clock.run(20_000);
  expect(a.status()).toMatchObject({ role: "standby", phase: "preparing", token: 1n });
  disk.resolve();
  await stage.clock.run(1);
  expect(a.status()).toMatchObject({ role: "primary", token: 1n });
});

test("while the disk fails nothing is led, and afterwards under a token that was given for nothing before", async () => {
  const stage = new Stage();
  let isBroken = true;
  const tried: bigint[] = [];
  const persist = async ({ highestToken }: NodeMemory) => {
    tried.push(highestToken);
    if (isBroken) throw new Error("EIO");
  };
  const a = stage.open("a", { persist });
  const roles = new Set<string>();
  a.onChange(() => roles.add(a.status().role));
  await stage.clock.run(60_000);
  expect([...roles]).toEqual(["standby"]);
  expect(tried.length).toBeGreaterThan(2);
  isBroken = false;
  const failed = [...tried];
  await stage.clock.run(30_000);
  expect(a.status().role).toBe("primary");
  expect(failed).not.toContain(a.status().token);
  expect(a.status().token).toBeGreaterThan(failed.at(-1) as bigint);
});

test("R1: an answer that was slow counts from before it was asked for, and one that comes too late is none", async () => {
  const stage = new Stage();
  const { store, clock } = stage;
  const [acquire, renew] = [store.acquire.bind(store), store.renew.bind(store)];
  let lateMs = 1_900;
  const slowly = async <T>(answer: Promise<T>): Promise<T> => {
    const given = await answer;
    await new Promise<void>((resolve) => void clock.after(lateMs, resolve));
    return given;
  };
  store.acquire = (...asked) => slowly(acquire(...asked));
  store.renew = (...asked) => slowly(renew(...asked));
  const a = stage.open("a");
  const promised = async () => {
    await clock.run(100);
    return a.status().remainingMs;
  };
  let before = await promised();
  for (let n = 0; n < 300; n += 1) {
    const now = await promised();
    // The lease has 10 s, 1 s of it margin, and 1.9 s have gone when the answer comes.
    expect(now).toBeLessThanOrEqual(7_100);
    before = Math.max(before, now);
  }
  expect(before).toBeGreaterThan(6_900);
  lateMs = 2_001;
  await clock.run(20_000);
  expect(a.status().role).toBe("standby");
  expect(stage.whys("a")).toContain("store-silent");
});

test("a node whose store answers nothing any more stops by its deadline, and before another node can lead", async () => {
  const stage = new Stage();
  const a = await stage.leader();
  const b = stage.open("b");
  stage.store.hanging.add("renew").add("release");
  const led: string[] = [];
  for (let n = 0; n < 150; n += 1) {
    await stage.clock.run(100);
    const leaders = [a, b].filter((node) => node.status().role === "primary").map((node) => node.status().node);
    led.push(leaders.join());
  }
  expect([...new Set(led)]).toEqual(["a", "", "b"]);
  expect(led.filter((leader) => leader === "").length * 100).toBeGreaterThanOrEqual(timingOf("embedded").marginMs);
  expect(a.status().renewFailures).toBeGreaterThan(1);
  expect(String(stage.faults[0])).toContain("did not answer within 2000 ms");
});

test("a process that was frozen says it is no primary before any of its timers has run", async () => {
  const stage = new Stage();
  const a = await stage.leader();
  stage.clock.freeze(9_500);
  expect(a.status()).toMatchObject({ role: "standby", remainingMs: 0 });
  expect(stage.whys("a").slice(3)).toEqual(["deadline", "tilt"]);
});

test("a process that was frozen for a short time leads again when the store has confirmed it", async () => {
  const stage = new Stage();
  const a = await stage.leader();
  stage.clock.freeze(4_500);
  expect(a.status()).toMatchObject({ role: "standby", tilt: true, phase: "leading" });
  await stage.clock.run(10);
  expect(a.status()).toMatchObject({ role: "primary", tilt: false, token: 1n });
});

test("H8: the time of day may jump by an hour, and no deadline moves", async () => {
  for (const hour of [3_600_000, -3_600_000]) {
    const stage = new Stage();
    const a = await stage.leader();
    stage.clock.jump(hour);
    expect(a.status()).toMatchObject({ role: "standby", tilt: true });
    await stage.clock.run(30_000);
    expect(a.status()).toMatchObject({ role: "primary", tilt: false, token: 1n });
    expect(stage.whys("a").slice(3)).toEqual(["tilt", "confirmed"]);
  }
});

test("H5: a node that restarts waits for the lease of its own earlier life, and leads with a larger token", async () => {
  const stage = new Stage();
  await stage.leader();
  const again = stage.open("a", { memory: stage.written.at(-1), persist: async () => undefined });
  await stage.clock.run(2_000);
  expect(again.status()).toMatchObject({ role: "standby", holder: { node: "a", token: 1n } });
});

test("ending drains first, gives the lease back then, and the next node takes over at once", async () => {
  const stage = new Stage();
  const calls = Promise.withResolvers<"drained">();
  const a = await stage.leader({ drain: () => calls.promise });
  const b = stage.open("b");
  await stage.clock.run(100);
  const ended = a[Symbol.asyncDispose]();
  await stage.clock.run(1_000);
  expect(a.status()).toMatchObject({ role: "primary", draining: true });
  expect(stage.store.calls).not.toContain("release");
  calls.resolve("drained");
  await stage.clock.run(150);
  await ended;
  expect(a.status()).toMatchObject({ role: "standby", phase: "closed" });
  expect(b.status()).toMatchObject({ role: "primary", token: 2n });
  await a[Symbol.asyncDispose]();
});

test("a drain that nobody confirms lets the lease run out", async () => {
  const stage = new Stage();
  const a = await stage.leader({ drain: async () => "unconfirmed" });
  expect(a.switchover({ id: "1", by: "test", leader: "a" })).toMatchObject({ kind: "accepted" });
  await stage.clock.run(4_000);
  expect(a.status()).toMatchObject({ role: "primary", draining: true });
  await stage.clock.run(10_000);
  expect(stage.whys("a").slice(3)).toEqual(["switchover", "drain-unconfirmed", "deadline", "released"]);
});

test("R11: a fence hook is told whom to fence, and called off when it is not wanted any more", async () => {
  const stage = new Stage();
  const a = await stage.leader({ drain: async () => "unconfirmed" });
  const orders: { previous: string | undefined; token: bigint; signal: AbortSignal }[] = [];
  const b = stage.open("b", { fence: (order) => new Promise(() => void orders.push(order)) });
  await stage.clock.run(1_000);
  stage.store.failing.add("renew");
  await stage.clock.run(11_000);
  expect(a.status().role).toBe("standby");
  stage.store.failing.clear();
  expect(orders).toMatchObject([{ previous: "a", token: 2n }]);
  expect(b.status()).toMatchObject({ role: "standby", phase: "preparing" });
  for (let n = 0; n < 3; n += 1) b.reportHealth("failing");
  expect(orders[0]?.signal.aborted).toBe(true);
});

test("H6: requests have an answer at once, do nothing twice, and nothing at all on a dry run", async () => {
  const stage = new Stage();
  const a = await stage.leader();
  const b = stage.open("b");
  await stage.clock.run(1_000);
  const request = { id: "1", by: "test", leader: "a", candidate: "b" };
  expect(a.switchover({ ...request, id: "0", dryRun: true })).toMatchObject({ kind: "accepted" });
  expect(a.status().phase).toBe("leading");
  expect(b.switchover(request)).toMatchObject({ code: "not-leading" });
  expect(a.switchover({ ...request, leader: "b" })).toMatchObject({ code: "other-leader" });
  expect(a.switchover({ ...request, candidate: "a" })).toMatchObject({ code: "candidate-leads" });
  expect(a.failover({ id: "2", by: "test", candidate: "b" })).toMatchObject({ code: "leading" });
  const accepted = a.switchover(request);
  expect(accepted.kind).toBe("accepted");
  expect(a.switchover({ ...request, id: "3" })).toMatchObject({ code: "busy" });
  await stage.clock.run(1_000);
  expect(a.switchover(request)).toEqual(accepted);
  expect(b.status()).toMatchObject({ role: "primary", token: 2n });
  await Promise.all([b[Symbol.asyncDispose](), stage.clock.run(1_000)]);
  expect(b.switchover({ ...request, leader: "b" })).toMatchObject({ code: "closed" });
});

test("H6: a pause is remembered on disk, or says that it is not", async () => {
  const stage = new Stage();
  const a = await stage.leader();
  await a.pause("test");
  expect(stage.written.at(-1)).toEqual({ highestToken: 1n, paused: true });
  expect(a.status()).toMatchObject({ paused: true, role: "primary" });
  await a.resume("test");
  expect(stage.written.at(-1)).toEqual({ highestToken: 1n, paused: false });
  const full = stage.open("b", { persist: () => Promise.reject(new Error("ENOSPC")) });
  await expect(full.pause("test")).rejects.toMatchObject({ code: "FAILOVER_PERSIST_FAILED" });
  expect(full.status().paused).toBe(true);
});

test("callbacks that throw are told of, and change nothing", async () => {
  const stage = new Stage();
  const broken = (): never => {
    throw new Error("disk full");
  };
  const a = stage.open("a", { onTransition: broken });
  a.onChange(broken);
  await stage.clock.run(1_000);
  expect(a.status().role).toBe("primary");
  expect(stage.faults.length).toBeGreaterThan(2);
});

test("listeners hear of every change, and not of the passing of time", async () => {
  const stage = new Stage();
  const a = stage.open("a");
  const heard: string[] = [];
  const off = a.onChange(() => heard.push(a.status().phase));
  await stage.clock.run(60_000);
  expect([...new Set(heard)]).toEqual(["acquiring", "preparing", "leading"]);
  const before = heard.length;
  off();
  a.reportSyncLag(5);
  await a.pause("test");
  expect(heard.length).toBe(before);
});

test("options that cannot be safe are refused at start", () => {
  const stage = new Stage();
  const timing = timingOf("embedded");
  expect(() => stage.open("a", { timing: { ...timing, renewEveryMs: 9_000 } })).toThrow("1.2 times");
  expect(() => stage.open("a", { timing: timingOf("embedded", { ttlMs: 900, renewDeadlineMs: 500 }) })).toThrow(
    "at least 1000",
  );
  for (const more of [
    { node: "a/b" },
    { group: "" },
    { priority: 101 },
    { health: { failures: 4, of: 3, passes: 1 } },
  ]) {
    expect(() => stage.open("a", more)).toThrow(expect.objectContaining({ code: "FAILOVER_OPTIONS_INVALID" }));
  }
});

test("with the system's own clock a node leads, and hands over when it ends", async () => {
  const store = new MemoryStore(SYSTEM_CLOCK);
  const open = (node: string, timing = timingOf("embedded", { ttlMs: 2_000 })): FailoverNode => {
    const memory = undefined;
    const quiet = {
      persist: async () => undefined,
      drain: async () => "drained" as const,
      onTransition: () => undefined,
    };
    const opened = openNode({ group: "files", node, store, timing, memory, ...quiet });
    onTestFinished(() => opened[Symbol.asyncDispose]());
    for (let n = 0; n < 2; n += 1) opened.reportHealth("passing");
    return opened;
  };
  const a = open("a");
  await expect.poll(() => a.status().role).toBe("primary");
  const b = open("b");
  await expect.poll(() => b.status().holder).toEqual({ node: "a", token: 1n });
  await a[Symbol.asyncDispose]();
  await expect.poll(() => b.status().role).toBe("primary");
});
