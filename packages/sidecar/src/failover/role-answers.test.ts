import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Arbiter, type LeaseStore, openNode, timingOf } from "@mcp-ops/failover";
import { type RoleDocument, roleSeen } from "@mcp-ops/formats";
import { beforeEach, expect, it, vi } from "vitest";
import { Agent, type AgentParts } from "./agent.ts";
import { Peers } from "./peers.ts";
import { Pullers } from "./pullers.ts";
import { RoleAnswers } from "./role-answers.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "role-"));
  return () => rmSync(folder, { recursive: true });
});

/** Leases of an arbiter in this process, until it is out of reach. */
function storeOf(arbiter: Arbiter): LeaseStore & { isGone: boolean } {
  const reached = <T>(ask: () => T): Promise<T> => {
    return store.isGone ? Promise.reject(new Error("out of reach")) : Promise.resolve().then(ask);
  };
  const store: LeaseStore & { isGone: boolean } = {
    isGone: false,
    kind: "embedded",
    caps: { minTtlMs: 1_000, singleArbiter: true },
    acquire: (name, holder, ttlMs) => reached(() => arbiter.acquire(name, holder, ttlMs)),
    renew: (grant) => reached(() => arbiter.renew(grant)),
    release: (grant) => reached(() => arbiter.release(grant)),
    read: (name) => reached(() => arbiter.read(name)),
    raiseFloor: (name, above) => reached(() => arbiter.raiseFloor(name, above)),
    [Symbol.asyncDispose]: async () => {},
  };
  return store;
}

it("R1: who has waited for news is not told that it may lead for longer than the lease lasts", async () => {
  using arbiter = new Arbiter({ file: join(folder, "arbiter.db") });
  const store = storeOf(arbiter);
  const pullers = new Pullers(() => performance.now());
  await using node = openNode({
    group: "weather",
    node: "a",
    store,
    timing: timingOf("embedded", { ttlMs: 2_000, pollEveryMs: 50, holdMs: 0 }),
    memory: undefined,
    persist: async () => {},
    drain: (signal) => pullers.allStopped(signal),
    onTransition: () => {},
    health: { failures: 1, of: 1, passes: 1 },
  });
  node.reportHealth("passing");
  const agent = new Agent({ node, pullers, peers: new Peers(new Map()) } as unknown as AgentParts);
  await vi.waitFor(() => expect(agent.leads).toBe(true), { timeout: 10_000, interval: 10 });
  store.isGone = true;
  // A renewal that was under way has come.
  await pause(0);
  const deadline = performance.now() + agent.status.remainingMs + 1;
  const answers = new RoleAnswers();
  const told = async (query: Record<string, string>) => {
    const askedAt = performance.now();
    const { body } = await answers.to({ puller: "gate", ...query }, agent);
    return askedAt + (body as RoleDocument).remainingMs;
  };
  expect(await told({})).toBeLessThanOrEqual(deadline);
  const waited = told({ seen: roleSeen(agent.said()), wait: "400" });
  expect(await waited).toBeLessThanOrEqual(deadline);
  expect(await waited).toBeGreaterThan(performance.now());
  await vi.waitFor(() => expect(agent.status.role).toBe("standby"), { timeout: 10_000, interval: 10 });
  expect(await told({})).toBeLessThanOrEqual(performance.now());
});
