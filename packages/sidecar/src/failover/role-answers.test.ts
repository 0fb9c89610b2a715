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
import { statusOf } from "./status-text.ts";

const PATIENCE = { timeout: 60_000, interval: 10 };

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

/** An agent beside a server that is well. Each is another life of the node a. */
function opened(store: LeaseStore, rest: AsyncDisposableStack) {
  const pullers = new Pullers(() => performance.now());
  const node = rest.use(
    openNode({
      group: "weather",
      node: "a",
      store,
      timing: timingOf("embedded", { ttlMs: 2_000, pollEveryMs: 50, holdMs: 0 }),
      memory: undefined,
      persist: async () => {},
      drain: (signal) => pullers.allStopped(signal),
      onTransition: () => {},
      health: { failures: 1, of: 1, passes: 1 },
    }),
  );
  node.reportHealth("passing");
  const agent = new Agent({ node, pullers, peers: new Peers(new Map()) } as unknown as AgentParts);
  return { agent, pullers };
}

/** The agent of a node that leads, and its store. */
async function leading(rest: AsyncDisposableStack) {
  const store = storeOf(rest.use(new Arbiter({ file: join(folder, "arbiter.db") })));
  const { agent, pullers } = opened(store, rest);
  await vi.waitFor(() => expect(agent.leads).toBe(true), PATIENCE);
  const answers = new RoleAnswers();
  const told = async (query: Record<string, string>) => {
    const { body } = await answers.to({ puller: "gate", ...query }, agent);
    return (body as RoleDocument).remainingMs;
  };
  return { agent, store, pullers, told };
}

it("R1: who has waited for news is not told that it may lead for longer than the lease lasts", async () => {
  await using rest = new AsyncDisposableStack();
  const { agent, store, told } = await leading(rest);
  store.isGone = true;
  // A renewal that was under way has come.
  await pause(0);
  const deadline = performance.now() + agent.status.remainingMs + 1;
  const until = async (query: Record<string, string>) => performance.now() + (await told(query));
  expect(await until({})).toBeLessThanOrEqual(deadline);
  const waited = await until({ seen: roleSeen(agent.said()), wait: "400" });
  expect(waited).toBeLessThanOrEqual(deadline);
  expect(waited).toBeGreaterThan(performance.now());
  await vi.waitFor(() => expect(agent.status.role).toBe("standby"), PATIENCE);
  expect(await told({})).toBe(0);
});

it("R9: only that it has stopped with this very token counts: the word of an earlier reign may be late", async () => {
  await using rest = new AsyncDisposableStack();
  const { agent, pullers, told } = await leading(rest);
  expect(await told({})).toBeGreaterThan(0);
  const drained = () => pullers.allStopped(AbortSignal.timeout(20));
  const { token } = agent.status;
  expect(await told({ stopped: String(token - 1n) })).toBeGreaterThan(0);
  expect(await drained()).toBe("unconfirmed");
  expect(await told({ stopped: String(token) })).toBe(0);
  expect(await drained()).toBe("drained");
});

it("names nobody as the primary while an earlier life of its node has the lease, and says what it may be", async () => {
  await using rest = new AsyncDisposableStack();
  const { agent: earlier, store } = await leading(rest);
  const { agent } = opened(store, rest);
  await vi.waitFor(() => expect(agent.status.holder?.node).toBe("a"), PATIENCE);
  expect([earlier.primary()?.node, agent.primary()]).toEqual(["a", undefined]);
  const calm = { server: "", sync: "", store: "" };
  expect(statusOf(agent.status, 2_000, calm)).toMatchObject({
    content: false,
    message: expect.stringContaining("failover.node"),
  });
  expect(statusOf(earlier.status, 2_000, calm)).toMatchObject({ content: true });
});
