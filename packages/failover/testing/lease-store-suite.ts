/** What every store of leases must do. A new one: `leaseStoreSuite("it", open)` in its own test. */
import { randomBytes } from "node:crypto";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Grant, LeaseStore } from "../src/lease-store.ts";

/** A real server, and its clients. */
export interface LeaseStage {
  /** Another client, of this node. The suite closes it. */
  client(node: "a" | "b"): LeaseStore;
  /** The server answers nobody from now on, and again after `thaw`. It is told nothing of it. */
  freeze(): void;
  thaw(): void;
}

const A = "a/1";
const B = "b/1";
/** Not a whole number: a share of a ttl seldom is one. */
const CALL = { timeoutMs: 4_999.9 };
const PATIENCE = { timeout: 60_000, interval: 20 };
const ROUNDS = 15;

/**
 * @param stage of the file; the tests share it and have groups of their own
 * @param LONG_MS a lease that does not end during a test
 */
export function leaseStoreSuite(name: string, stage: () => LeaseStage, LONG_MS = 60_000): void {
  function opened(node: "a" | "b" = "a"): LeaseStore {
    const store = stage().client(node);
    onTestFinished(() => store[Symbol.asyncDispose]());
    return store;
  }

  describe(`${name} keeps the promises of a store of leases:`, () => {
    test("one holder at a time, and whoever else asks is told who it is", async () => {
      const [a, b, group] = [opened("a"), opened("b"), newGroup()];
      expect(await b.read(group, CALL)).toBeUndefined();
      const { token } = await granted(a, group, A, LONG_MS);
      const by = { holder: A, token };
      expect(await b.acquire(group, B, LONG_MS, CALL)).toEqual({ kind: "held", by });
      expect(await b.read(group, CALL)).toEqual(by);
      expect(await granted(b, newGroup(), B, LONG_MS)).toMatchObject({ holder: B });
    });

    test("a holder whose answer was lost is given the same token again, also by another connection", async () => {
      const [a, group] = [opened("a"), newGroup()];
      const first = await granted(a, group, A, LONG_MS);
      expect(await granted(a, group, A, LONG_MS)).toEqual(first);
      const again = await granted(opened("a"), group, A, LONG_MS);
      expect(again.token).toBe(first.token);
      expect(await a.renew(first, CALL)).toBe("renewed");
    });

    test("a lease lasts as long as it is renewed and not a moment less than its time; then another has it, under a larger token", async () => {
      const [a, b] = [opened("a"), opened("b")];
      const ttlMs = a.caps.minTtlMs;
      let kept = await keptByRenewing(a, b, ttlMs);
      while (kept === undefined) kept = await keptByRenewing(a, b, ttlMs);
      const { group, first, last } = kept;
      await granted(b, group, B, ttlMs);
      expect(performance.now() - last).toBeGreaterThanOrEqual(ttlMs);
      const second = await granted(b, group, B, LONG_MS);
      expect(second.token).toBeGreaterThan(first.token);
      expect(await a.renew(first, CALL)).toBe("lost");
      await a.release(first, CALL);
      expect(await a.read(group, CALL)).toEqual({ holder: B, token: second.token });
    });

    test("a lease that ran out is lost although nobody has taken it, and its holder is given a larger token", async () => {
      const [a, group] = [opened("a"), newGroup()];
      const first = await granted(a, group, A, a.caps.minTtlMs);
      await vi.waitFor(async () => expect(await a.read(group, CALL)).toBeUndefined(), PATIENCE);
      expect(await a.renew(first, CALL)).toBe("lost");
      expect((await granted(a, group, A, LONG_MS)).token).toBeGreaterThan(first.token);
    });

    test("a lease that is given back is free at once; giving back what one no longer has does nothing", async () => {
      const [a, b, group] = [opened("a"), opened("b"), newGroup()];
      const first = await granted(a, group, A, LONG_MS);
      await a.release(first, CALL);
      expect(await a.renew(first, CALL)).toBe("lost");
      const second = await granted(b, group, B, LONG_MS);
      expect(second.token).toBeGreaterThan(first.token);
      await a.release(first, CALL);
      await a.release({ ...first, token: second.token }, CALL);
      expect(await b.renew(second, CALL)).toBe("renewed");
    });

    test(`of two that ask at the same moment one is given the lease, ${ROUNDS} times over, under ever larger tokens`, async () => {
      const [a, b, group] = [opened("a"), opened("b"), newGroup()];
      let highest = (await granted(a, group, A, LONG_MS)).token;
      await a.release(await granted(a, group, A, LONG_MS), CALL);
      for (let round = 0; round < ROUNDS; round++) {
        const answers = await Promise.all([a.acquire(group, A, LONG_MS, CALL), b.acquire(group, B, LONG_MS, CALL)]);
        const [won, ...others] = answers.filter((answer) => answer.kind === "granted");
        expect(others).toEqual([]);
        if (won === undefined) throw new Error("nobody was given a lease that was free");
        const { holder, token } = won.grant;
        expect(answers).toContainEqual({ kind: "held", by: { holder, token } });
        expect(token).toBeGreaterThan(highest);
        highest = token;
        await (holder === A ? a : b).release(won.grant, CALL);
      }
    });

    test("a store that does not answer is unreachable, which is not `lost`; the lease is there when it answers again", async () => {
      const [a, group] = [opened("a"), newGroup()];
      const grant = await granted(a, group, A, LONG_MS);
      const unreachable = { code: "FAILOVER_STORE_UNREACHABLE" };
      stage().freeze();
      try {
        const hasty = { timeoutMs: 150 };
        // The signal may be on its way for a moment.
        await vi.waitFor(() => expect(a.read(group, hasty)).rejects.toMatchObject(unreachable), PATIENCE);
        await expect(a.renew(grant, hasty)).rejects.toMatchObject(unreachable);
        await expect(a.acquire(group, A, LONG_MS, hasty)).rejects.toMatchObject(unreachable);
        await expect(a.read(group, hasty)).rejects.toMatchObject(unreachable);
        const calledOff = a.renew(grant, { ...CALL, signal: AbortSignal.abort() });
        await expect(calledOff).rejects.toMatchObject(unreachable);
      } finally {
        stage().thaw();
      }
      await vi.waitFor(async () => expect(await a.renew(grant, CALL)).toBe("renewed"), PATIENCE);
    });

    test("a raised floor leaves the lease where it is, and makes every later token larger than all before", async () => {
      const [a, b, group] = [opened("a"), opened("b"), newGroup()];
      const first = await granted(a, group, A, LONG_MS);
      const elsewhere = (7n << 48n) | 5n;
      expect(await b.raiseFloor(group, elsewhere, CALL)).toBe(8);
      expect(await a.renew(first, CALL)).toBe("renewed");
      expect((await granted(a, group, A, LONG_MS)).token).toBe(first.token);
      await a.release(first, CALL);
      const second = await granted(b, group, B, LONG_MS);
      expect(second.token).toBeGreaterThan(elsewhere);
      expect(await b.renew(second, CALL)).toBe("renewed");
      expect(await b.raiseFloor(group, 0n, CALL)).toBe(9);
      await b.release(second, CALL);
      expect((await granted(a, group, A, LONG_MS)).token).toBeGreaterThan(second.token);
    });

    test("what it cannot keep is refused with a reason", async () => {
      const [a, group] = [opened("a"), newGroup()];
      const tooShort = { code: "FAILOVER_TTL_TOO_SHORT", message: expect.stringMatching(/Raise the ttl/) };
      await expect(a.acquire(group, A, a.caps.minTtlMs - 1, CALL)).rejects.toMatchObject(tooShort);
      await expect(a.acquire(group, A, a.caps.minTtlMs + 0.5, CALL)).rejects.toMatchObject(tooShort);
      const misnamed = { code: "FAILOVER_OPTIONS_INVALID" };
      await expect(a.acquire("two words", A, LONG_MS, CALL)).rejects.toMatchObject(misnamed);
      await expect(a.acquire("", A, LONG_MS, CALL)).rejects.toMatchObject(misnamed);
    });

    test("a watch, where there is one, yields when the lease changes hands, and ends when it is called off", async () => {
      const [a, b, group] = [opened("a"), opened("b"), newGroup()];
      const off = new AbortController();
      const watch = b.watch?.(group, off.signal);
      if (watch === undefined) return;
      let yields = 0;
      const ended = (async () => {
        for await (const _ of watch) yields++;
      })();
      const more = async (work: () => Promise<unknown>) => {
        const before = yields;
        await work();
        await vi.waitFor(() => expect(yields).toBeGreaterThan(before), PATIENCE);
      };
      await more(async () => {});
      let grant: Grant | undefined;
      await more(async () => {
        grant = await granted(a, group, A, LONG_MS);
      });
      await more(() => a.release(grant as Grant, CALL));
      off.abort();
      await ended;
    });
  });
}

function newGroup(): string {
  return `group-${randomBytes(6).toString("hex")}`;
}

/** The lease, as soon as it is to be had. */
async function granted(store: LeaseStore, group: string, holder: string, ttlMs: number): Promise<Grant> {
  return vi.waitFor(async () => {
    const acquired = await store.acquire(group, holder, ttlMs, CALL);
    if (acquired.kind === "granted") return acquired.grant;
    throw new Error(`it is held by ${acquired.by.holder}`);
  }, PATIENCE);
}

/**
 * A lease that was renewed for half as long again as it lasts, while another asked for it; from `last` on it was not.
 * Undefined when the machine stood still for longer than it lasts: then it may have ended, and rightly so.
 */
async function keptByRenewing(a: LeaseStore, b: LeaseStore, ttlMs: number) {
  const group = newGroup();
  const begun = performance.now();
  const first = await granted(a, group, A, ttlMs);
  for (let last = begun; ; ) {
    const since = last;
    last = performance.now();
    const renewed = await a.renew(first, CALL);
    const refused = await b.acquire(group, B, ttlMs, CALL);
    if (performance.now() - since >= ttlMs) return undefined;
    expect(renewed).toBe("renewed");
    expect(refused).toMatchObject({ kind: "held", by: { holder: A } });
    if (last >= begun + 1.5 * ttlMs) return { group, first, last };
  }
}
