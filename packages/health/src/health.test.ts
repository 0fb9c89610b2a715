import type { Connection, ConnectionEnd } from "@mcp-ops/exchange";
import type { DependencyStatus } from "@mcp-ops/formats";
import { afterEach, describe, expect, it } from "vitest";
import type { Finding } from "./check.ts";
import { customCheck } from "./checks/custom.ts";
import { type Health, type HealthOptions, health } from "./health.ts";

const CANARIES = ["db-7.corp.internal", "s3cret-pw", "relation users does not exist"];
const made: Health[] = [];
afterEach(async () => {
  for (const one of made.splice(0)) await one.close();
});

/** A server whose dependencies are as the test says, after each has been asked once. */
async function found(states: Readonly<Record<string, DependencyStatus>>, options: HealthOptions = {}): Promise<Health> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = Object.values(states).filter((status) => status !== "starting").length;
  const checks = Object.entries(states).map(([name, status]) =>
    customCheck({
      name,
      criticality: name.startsWith("optional") ? "optional" : "critical",
      target: CANARIES[0],
      secrets: [CANARIES[1]!],
      run: (): Finding | Promise<Finding> =>
        status === "starting" ? new Promise(() => {}) : { ok: status === "up", message: CANARIES.slice(1).join(" ") },
    }),
  );
  const one = health({
    checks,
    ...options,
    onCheck() {
      if (--waiting === 0) resolve();
    },
  });
  made.push(one);
  one.start();
  if (waiting > 0) await promise;
  return one;
}

describe("probes", () => {
  it.each([
    // The server's state, then the statuses of /livez, /health, /readyz and /ready.
    [{}, [200, 200, 200, 200]],
    [{ db: "up", "optional cache": "up" }, [200, 200, 200, 200]],
    [{ db: "up", "optional cache": "down" }, [200, 200, 200, 200]],
    [{ db: "starting" }, [200, 200, 503, 503]],
    [{ db: "down" }, [200, 200, 503, 503]],
    [{ db: "down", "optional cache": "down" }, [200, 200, 503, 503]],
  ] as [Record<string, DependencyStatus>, number[]][])("%j answers %j", async (states, statuses) => {
    const one = await found(states);
    const paths = ["/livez", "/health", "/readyz", "/ready"];
    expect(paths.map((path) => one.respond(path)?.status)).toEqual(statuses);
    await one.close();
    expect(paths.map((path) => one.respond(path)?.status)).toEqual([200, 200, 503, 503]);
  });

  it("knows its pages and no others", async () => {
    const one = await found({});
    for (const { path } of one.routes) expect(one.respond(path)?.contentType).toContain("application/json");
    expect(one.respond("/metrics")).toBeUndefined();
    expect(one.respond("/livez/")).toBeUndefined();
  });

  it("says which critical checks are missing", async () => {
    const one = await found({ db: "down", queue: "starting", "optional cache": "down" });
    expect(JSON.parse(one.respond("/readyz")?.body ?? "")).toEqual({
      status: "unhealthy",
      waitingFor: ["db", "queue"],
    });
  });

  it("signs what it answers in place of a server", () => {
    expect(health().gate.name).toBe("health");
  });

  it("is not ready before it is started, and cannot start again once closed", async () => {
    const one = health();
    expect(one.ready()).toEqual({ ok: false, status: "starting", waitingFor: [] });
    one.start();
    expect(one.ready()).toMatchObject({ ok: true, status: "ready" });
    await one.close();
    expect(one.ready()).toMatchObject({ ok: false, status: "stopping" });
    expect(() => one.start()).toThrow(expect.objectContaining({ code: "HEALTH_CLOSED" }));
  });
});

describe("the document", () => {
  it("tells everybody status words and no more", async () => {
    const one = await found({ db: "down", "optional cache": "up" }, { server: "shop", version: "1.2.3" });
    expect(one.document()).toEqual({
      schema: 1,
      status: "unhealthy",
      ready: false,
      dependencies: [
        { name: "db", status: "down", criticality: "critical" },
        { name: "optional cache", status: "up", criticality: "optional" },
      ],
    });
    for (const { path } of one.routes) {
      for (const canary of [...CANARIES, "1.2.3", "shop"]) expect(one.respond(path)?.body).not.toContain(canary);
    }
  });

  it("tells the authorised the rest, and nobody a secret", async () => {
    const one = await found({ db: "down" }, { server: "shop", version: "1.2.3" });
    const reply = one.respond("/health", { authorised: true });
    expect(JSON.parse(reply?.body ?? "")).toMatchObject({
      schema: 1,
      status: "unhealthy",
      server: "shop",
      version: "1.2.3",
      time: expect.stringMatching(/Z$/),
      uptimeSeconds: expect.any(Number),
      memory: { rssBytes: expect.any(Number), heapUsedBytes: expect.any(Number) },
      connections: { open: 0, byKind: {} },
      dependencies: [
        {
          name: "db",
          status: "down",
          criticality: "critical",
          target: CANARIES[0],
          latencyMs: expect.any(Number),
          checkedAt: expect.stringMatching(/Z$/),
          changedAt: expect.stringMatching(/Z$/),
          message: expect.stringContaining("relation users"),
          consecutiveFailures: 1,
        },
      ],
    });
    expect(reply?.body).not.toContain("s3cret-pw");
  });

  it("counts the connections that are open, by kind", async () => {
    const one = await found({});
    const connection = {} as Connection;
    const ends = ["session", "session", "stdio"].map((kind) => {
      const { promise, resolve } = Promise.withResolvers<ConnectionEnd>();
      one.connectionObserver(connection, kind as "session", promise);
      return { promise, end: () => resolve({ durationMs: 1, error: undefined }) };
    });
    expect(one.document({ details: true })).toMatchObject({
      connections: { open: 3, byKind: { session: 2, stdio: 1 } },
    });
    ends[0]?.end();
    await ends[0]?.promise;
    expect(one.document({ details: true })).toMatchObject({
      connections: { open: 2, byKind: { session: 1, stdio: 1 } },
    });
  });
});
