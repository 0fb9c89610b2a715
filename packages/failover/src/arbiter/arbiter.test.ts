import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { arbiterProcess, killRounds } from "../../testing/arbiter-rounds.ts";
import { newFolder, random } from "../../testing/temp.ts";
import type { Grant } from "../lease-store.ts";
import { MAX_INCARNATION } from "../token.ts";
import { Arbiter, MAX_GROUPS } from "./arbiter.ts";
import { askArbiter } from "./service.ts";

const TTL_MS = 10_000;

/** An arbiter whose clock is ours, and the next ones on its ledger. */
function opened(file = join(newFolder(), "ledger.db")) {
  const clock = { now: 0 };
  const open = () => new Arbiter({ file, now: () => clock.now });
  let arbiter = open();
  onTestFinished(() => arbiter[Symbol.dispose]());
  return {
    clock,
    file,
    arbiter: () => arbiter,
    restart(meanwhile: () => void = () => {}) {
      arbiter[Symbol.dispose]();
      meanwhile();
      arbiter = open();
      return arbiter;
    },
  };
}

function taken(arbiter: Arbiter, holder = "a/1", group = "group"): Grant {
  const acquired = arbiter.acquire(group, holder, TTL_MS);
  if (acquired.kind !== "granted") throw new Error(`it is held by ${acquired.by.holder}`);
  return acquired.grant;
}

describe("H7: an arbiter's restart never shortens a lease:", () => {
  it("its holder may renew it, and nobody else has it for a whole ttl from the start", () => {
    const { clock, arbiter, restart } = opened();
    clock.now = TTL_MS;
    const first = taken(arbiter());
    clock.now += TTL_MS - 1;
    expect(arbiter().renew(first)).toBe("renewed");
    clock.now += 1;
    const again = restart();
    expect(again.acquire("group", "b/1", TTL_MS)).toMatchObject({ kind: "held", by: { holder: "a/1" } });
    clock.now += TTL_MS - 1;
    expect(again.acquire("group", "b/1", TTL_MS)).toMatchObject({ kind: "held", by: { token: first.token } });
    expect(again.renew(first)).toBe("renewed");
    clock.now += TTL_MS;
    expect(taken(again, "b/1").token).toBeGreaterThan(first.token);
    expect(again.renew(first)).toBe("lost");
  });

  it("the longest time it was ever taken for is waited for", () => {
    const { clock, arbiter, restart } = opened();
    clock.now = 6 * TTL_MS;
    arbiter().acquire("group", "a/1", 6 * TTL_MS);
    expect(taken(arbiter())).toMatchObject({ holder: "a/1" });
    const again = restart();
    clock.now += 6 * TTL_MS - 1;
    expect(again.acquire("group", "b/1", TTL_MS)).toMatchObject({ kind: "held" });
    clock.now += 1;
    expect(again.acquire("group", "b/1", TTL_MS)).toMatchObject({ kind: "granted" });
  });

  it("of a ledger that was lost, or is new, the first lease is given when none from before can last, whatever floor was raised", () => {
    const { clock, arbiter } = opened();
    const waits = { code: "FAILOVER_ARBITER_WAITS", message: expect.stringMatching(/in 10000 ms/) };
    expect(() => taken(arbiter())).toThrow(expect.objectContaining(waits));
    expect(arbiter().raiseFloor("group", 7n << 48n)).toBe(8);
    clock.now = TTL_MS - 1;
    expect(() => taken(arbiter())).toThrow(expect.objectContaining({ code: "FAILOVER_ARBITER_WAITS" }));
    clock.now = TTL_MS;
    expect(taken(arbiter()).token).toBe((8n << 48n) + 1n);
  });

  it("a lease that was given back before is free at once", () => {
    const { clock, arbiter, restart } = opened();
    clock.now = TTL_MS;
    arbiter().release(taken(arbiter()));
    expect(taken(restart(), "b/1")).toMatchObject({ holder: "b/1" });
  });

  it.each([
    ["with its grace, two holders never overlap", true],
    ["and were the grace taken away, they would (so this test sees it)", false],
  ])("killed and started again, %s", async (_, hasGrace) => {
    // Without it nothing is waited for, and the lease must last longer than any machine takes to start an arbiter.
    const ttlMs = hasGrace ? 1_000 : 60_000;
    const file = join(newFolder(), "ledger.db");
    let arbiter = await arbiterProcess(file);
    onTestFinished(() => arbiter.kill());
    const claim = (node: string) => ({ group: "group", holder: `${node}/1` });
    const take = async (node: string, forMs = ttlMs) => {
      for (;;) {
        const begun = performance.now();
        const { kind, token } = await arbiter.ask(node, "acquire", { ...claim(node), ttlMs: forMs });
        if (kind === "granted") return { begun, ended: performance.now(), token };
        await pause(10);
      }
    };
    // Of a group that it does not know, an arbiter gives the first lease after as long as that is to last.
    const { token } = await take("a", 1_000);
    await arbiter.ask("a", "release", { ...claim("a"), token });
    const first = await take("a");
    await arbiter.kill();
    if (!hasGrace) forgetTimes(file);
    arbiter = await arbiterProcess(file);
    const second = await take("b");
    // What the first holder may believe in, by its own clock, and when the second one had it.
    const overlapMs = first.begun + ttlMs - second.ended;
    if (hasGrace) expect(overlapMs).toBeLessThanOrEqual(0);
    else expect(overlapMs).toBeGreaterThan(0);
  });
});

function forgetTimes(file: string): void {
  const database = new DatabaseSync(file);
  database.exec("UPDATE leases SET ttl_ms = 1");
  database.close();
}

describe("the ledger of an arbiter", () => {
  it("never gives a token twice, killed at five random moments", () => killRounds(5, random(6)));

  it("that was restored from an older copy gives larger tokens again once the floor was raised", () => {
    const { clock, arbiter, restart, file } = opened();
    clock.now = TTL_MS;
    arbiter().release(taken(arbiter()));
    const copy = join(newFolder(), "copy.db");
    restart(() => copyFileSync(file, copy));
    for (const holder of ["b/1", "c/1"]) arbiter().release(taken(arbiter(), holder));
    const highest = taken(arbiter(), "d/1").token;
    const restored = restart(() => copyFileSync(copy, file));
    expect(restored.raiseFloor("group", highest)).toBe(1);
    expect(taken(restored, "e/1").token).toBeGreaterThan(highest);
  });

  it("belongs to one process", () => {
    const { file } = opened();
    expect(() => new Arbiter({ file })).toThrow(expect.objectContaining({ code: "FAILOVER_LEDGER_IN_USE" }));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["is damaged", (file: string) => writeFileSync(file, "x".repeat(8_192))],
    ["is the database of something else", (file: string) => new DatabaseSync(file).exec("CREATE TABLE leases (x)")],
    ["is a folder", (file: string) => mkdirSync(file)],
  ])("that %s is not used", (_, spoil) => {
    const file = join(newFolder(), "ledger.db");
    spoil(file);
    expect(() => new Arbiter({ file })).toThrow(
      expect.objectContaining({ code: "FAILOVER_LEDGER_UNUSABLE", message: expect.stringMatching(/raise-floor/) }),
    );
  });

  const canMount = process.getuid?.() === 0 && process.platform === "linux";
  if (!canMount) console.log("A full disk is not tested: mounting one takes root on Linux.");

  it.skipIf(!canMount)(
    "on a full disk gives no lease rather than one it would forget, and goes on when there is room",
    () => {
      const disk = newFolder();
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", disk]);
      onTestFinished(() => void execFileSync("umount", [disk]));
      const { clock, arbiter } = opened(join(disk, "ledger.db"));
      clock.now = TTL_MS;
      const first = taken(arbiter());
      fill(join(disk, "fill"));
      const groups = Array.from({ length: 50 }, (_, n) => `${n}-${"x".repeat(190)}`);
      const refused = groups.find((group) => refusal(() => taken(arbiter(), "b/1", group)) !== undefined) ?? "";
      expect(refusal(() => taken(arbiter(), "b/1", refused))).toMatchObject({
        code: "FAILOVER_LEDGER_UNUSABLE",
        message: expect.stringMatching(/Make room/),
      });
      expect(arbiter().read(refused)).toBeUndefined();
      // A renewal tells the disk nothing.
      expect(arbiter().renew(first)).toBe("renewed");
      execFileSync("rm", [join(disk, "fill")]);
      expect(taken(arbiter(), "b/1", refused)).toMatchObject({ holder: "b/1" });
    },
  );
});

describe("after a time in which the disk took nothing", () => {
  it.skipIf(process.getuid?.() !== 0 || process.platform !== "linux")(
    "no token is given twice, over a restart too",
    () => {
      const disk = newFolder();
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", disk]);
      onTestFinished(() => void execFileSync("umount", [disk]));
      const { clock, arbiter, restart } = opened(join(disk, "ledger.db"));
      const given: bigint[] = [];
      let refused = 0;
      const next = () => {
        clock.now += TTL_MS;
        try {
          given.push(taken(arbiter(), `n${clock.now}/1`).token);
        } catch (error) {
          expect(error).toMatchObject({ code: "FAILOVER_LEDGER_UNUSABLE" });
          refused++;
        }
      };
      next();
      fill(join(disk, "fill"));
      for (let tries = 0; tries < 200 && refused < 3; tries++) next();
      expect(refused).toBe(3);
      execFileSync("rm", [join(disk, "fill")]);
      next();
      restart();
      next();
      expect(refused).toBe(3);
      expect(given).toEqual([...new Set(given)].toSorted((one, other) => Number(one - other)));
    },
  );
});

function refusal(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

function fill(file: string): void {
  try {
    writeFileSync(file, "x".repeat(1024 * 1024));
  } catch {
    // It is full now.
  }
}

describe("an arbiter", () => {
  it("has a bounded number of groups", () => {
    const { clock, arbiter } = opened();
    clock.now = TTL_MS;
    for (let n = 0; n < MAX_GROUPS; n++) arbiter().raiseFloor(`group-${n}`, 0n);
    expect(() => taken(arbiter(), "a/1", "one-more")).toThrow(
      expect.objectContaining({ code: "FAILOVER_OPTIONS_INVALID" }),
    );
    expect(taken(arbiter(), "a/1", "group-0")).toMatchObject({ holder: "a/1" });
  });

  it("whose last incarnation is reached raises no floor any more, and goes on giving leases", () => {
    const { clock, arbiter } = opened();
    clock.now = TTL_MS;
    const highest = (1n << 63n) - 1n;
    const refused = { code: "FAILOVER_OPTIONS_INVALID", message: expect.stringMatching(/another name/) };
    expect(() => arbiter().raiseFloor("group", highest)).toThrow(expect.objectContaining(refused));
    expect(taken(arbiter()).token).toBe(1n);
    expect(arbiter().raiseFloor("group", highest - (1n << 48n))).toBe(MAX_INCARNATION);
    arbiter().release(taken(arbiter()));
    expect(taken(arbiter(), "b/1").token).toBeGreaterThan(highest - (1n << 48n));
  });

  it("that has ended tells nobody that a lease is renewed, or lost: another may have its ledger by now", () => {
    const { clock, arbiter, restart } = opened();
    clock.now = TTL_MS;
    const grant = taken(arbiter());
    const ended = arbiter();
    const next = restart();
    const closed = expect.objectContaining({ code: "FAILOVER_CLOSED" });
    expect(() => ended.renew(grant)).toThrow(closed);
    expect(() => ended.read("group")).toThrow(closed);
    expect(() => taken(ended, "b/1")).toThrow(closed);
    expect(next.renew(grant)).toBe("renewed");
  });

  it("lets a node act in its own name only, and says so", async () => {
    const { clock, arbiter } = opened();
    clock.now = TTL_MS;
    const asked = (holder: string) => askArbiter(arbiter(), "a", "acquire", { group: "group", holder, ttlMs: TTL_MS });
    expect(await asked("b/1")).toMatchObject({ status: 403, body: { error: { code: "FAILOVER_ARBITER_FORBIDDEN" } } });
    expect(await asked("a/1")).toEqual({ status: 200, body: { kind: "granted", token: "1" } });
    const others = { group: "group", holder: "a/1", token: "1" };
    expect(await askArbiter(arbiter(), "b", "release", others)).toMatchObject({ status: 403 });
    expect(await askArbiter(arbiter(), "b", "renew", others)).toMatchObject({ status: 403 });
    expect(await askArbiter(arbiter(), "b", "read", { group: "group" })).toEqual({
      status: 200,
      body: { by: { holder: "a/1", token: "1" } },
    });
  });

  it.each([
    ["acquire", { group: "group", holder: "a/1" }, 400],
    ["acquire", { group: "group", holder: "a/1", ttlMs: 10 }, 400],
    ["acquire", { group: "group", holder: "a/1", ttlMs: TTL_MS, more: 1 }, 400],
    ["renew", { group: "group", holder: "a/1", token: -1 }, 400],
    ["raise-floor", { group: "group", above: "1e3" }, 400],
    ["raise-floor", { group: "group", above: String(2n ** 63n) }, 400],
    ["read", "group", 400],
    ["toString", {}, 404],
    ["acquire", { group: "group", holder: "a/1", ttlMs: TTL_MS }, 409],
  ])("answers to %s %j with %i", async (verb, body, status) => {
    const { arbiter } = opened();
    expect(await askArbiter(arbiter(), "a", verb, body)).toMatchObject({ status, body: { error: {} } });
  });

  it("says that it is alone, and who leads", () => {
    const { clock, arbiter } = opened();
    clock.now = TTL_MS;
    taken(arbiter());
    clock.now += 1_000;
    expect(arbiter().status()).toEqual({
      singleArbiter: true,
      groups: [{ group: "group", holder: "a/1", token: "1", remainingMs: TTL_MS - 1_000 }],
    });
  });
});
