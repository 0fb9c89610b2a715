import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, vi } from "vitest";
import { LedgerShare } from "../ledger-share.ts";
import { FIRST_RETRY_MS, LONGEST_RETRY_MS, retryDelayMs } from "./backoff.ts";
import type { Duty } from "./duty.ts";
import { Host } from "./host.ts";

const idle: Duty = {
  start: async () => {},
  stop: async () => {},
  status: () => ({ content: true, message: "All is well." }),
};

function hosted(name: string, open: () => Duty) {
  const lines: string[] = [];
  const log = (_: string, message: string) => void lines.push(message);
  const state = new DatabaseSync(":memory:");
  const context = {
    log,
    state,
    ledger: new LedgerShare(),
    section: () => undefined,
    folder: "/",
    env: {},
    configFlags: [],
  };
  const host = new Host(name, open, context);
  return { host, lines, [Symbol.asyncDispose]: () => host.stop(AbortSignal.timeout(1_000)) };
}

describe("a duty", () => {
  it("that cannot start is tried again until it can, and says why meanwhile", async () => {
    let tries = 0;
    const start = async () => {
      if (++tries < 2) throw new Error("the disk is full");
    };
    await using shop = hosted("shop", () => ({ ...idle, start }));
    await shop.host.start();
    expect(shop.host.status()).toMatchObject({
      phase: "failed",
      content: false,
      message: "the disk is full",
      failures: 1,
    });
    await expect.poll(() => shop.host.status()).toMatchObject({ phase: "running", content: true });
  });

  it("that fails with a secret in its words does not tell it", async () => {
    const start = async () => {
      throw new Error(`cannot log in with password=canary0secret ${"and so on ".repeat(1_000)}`);
    };
    await using shop = hosted("shop", () => ({ ...idle, start }));
    await shop.host.start();
    const { message } = shop.host.status();
    expect(message).toMatch(/^cannot log in/);
    expect(message + shop.lines.join()).not.toContain("canary");
    expect(message.length).toBeLessThan(1_100);
  });

  it("that fails while it runs is stopped before it is started anew", async () => {
    const said: string[] = [];
    let fail: (error: unknown) => void = () => {};
    await using shop = hosted("shop", () => ({
      ...idle,
      start: async (context) => {
        said.push("start");
        fail = context.fail;
      },
      stop: async () => void said.push("stop"),
    }));
    await shop.host.start();
    fail(new Error("lost"));
    fail(new Error("lost twice"));
    expect(shop.host.status()).toMatchObject({ phase: "failed", message: "lost", failures: 1 });
    await expect.poll(() => said).toEqual(["start", "stop", "start"]);
  });

  it("that throws wherever it is asked harms nobody", async () => {
    const thrower = () => {
      throw new Error("no");
    };
    await using shop = hosted("shop", () => ({
      ...idle,
      status: thrower,
      metrics: thrower,
      stop: thrower,
      routes: [{ method: "get", path: "/", about: "", respond: async () => ({ status: 200, body: {} }) }],
    }));
    await shop.host.start();
    expect(shop.host.status()).toMatchObject({ phase: "running", content: false, message: "no" });
    expect(await shop.host.metrics("classic")).toEqual([]);
    expect(shop.host.status()).toMatchObject({ phase: "failed", failures: 1 });
    expect(
      await shop.host.routes[0]?.respond({
        params: {},
        query: {},
        body: undefined,
        requestId: undefined,
        isKnown: false,
      }),
    ).toMatchObject({ status: 503 });
  });

  it("that does not stop is left behind at the deadline", async () => {
    await using shop = hosted("shop", () => ({ ...idle, stop: () => new Promise(() => {}) }));
    await shop.host.start();
    const done = new AbortController();
    const stopping = shop.host.stop(done.signal);
    done.abort();
    await stopping;
    expect(shop.host.status()).toMatchObject({ phase: "stopped", content: false });
  });

  it("whose start ends after it was stopped does not stay at work", async () => {
    const started = Promise.withResolvers<void>();
    const stop = vi.fn(async () => {});
    await using shop = hosted("shop", () => ({ ...idle, start: () => started.promise, stop }));
    const starting = shop.host.start();
    await shop.host.stop(AbortSignal.timeout(1_000));
    stop.mockClear();
    started.resolve();
    await starting;
    expect(stop).toHaveBeenCalledOnce();
    expect(shop.host.status().phase).toBe("stopped");
  });
});

it("waits longer after each failure, up to five minutes, and never exactly alike", () => {
  const delays = [1, 2, 3, 50].map((failures) => retryDelayMs(failures, () => 1));
  expect(delays).toEqual([FIRST_RETRY_MS, 2 * FIRST_RETRY_MS, 4 * FIRST_RETRY_MS, LONGEST_RETRY_MS]);
  expect(retryDelayMs(1, () => 0)).toBe(0.75 * FIRST_RETRY_MS);
});
