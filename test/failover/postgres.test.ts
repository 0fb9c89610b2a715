import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type PostgresOptions, postgresStore } from "@mcp-ops/failover";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
// @boundaries-ignore one suite for all stores; it lies beside their interface, and is in no package that is published
import { leaseStoreSuite } from "../../packages/failover/testing/lease-store-suite.ts";
import { missingForPostgres, type TempServer, tempPostgres } from "../health/temp-servers.ts";

const isMissing = missingForPostgres.length > 0;
if (isMissing) console.log(`Leases in PostgreSQL are not tested. Install ${missingForPostgres.join(" and ")}.`);

const PASSWORD = "canary-password";
const PATIENCE = { timeout: 60_000, interval: 20 };
const CALL = { timeoutMs: 10_000 };

describe.skipIf(isMissing)("PostgreSQL", () => {
  let server: TempServer;

  beforeAll(async () => {
    server = await tempPostgres(PASSWORD);
    await server.start();
    return () => server[Symbol.asyncDispose]();
  });

  const place = (): PostgresOptions => ({
    host: server.folder,
    port: server.tlsPort,
    user: "app",
    password: PASSWORD,
    database: "postgres",
  });

  function opened(options: Partial<PostgresOptions> = {}) {
    const store = postgresStore({ ...place(), ...options });
    onTestFinished(() => store[Symbol.asyncDispose]());
    return store;
  }

  function psql(sql: string): void {
    const args = ["-h", server.folder, "-p", `${server.tlsPort}`, "-U", "app", "-d", "postgres", "-qc", sql];
    const { status, stderr } = spawnSync("psql", args, { env: { ...process.env, PGPASSWORD: PASSWORD } });
    expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: "" });
  }

  leaseStoreSuite("PostgreSQL", () => ({
    client: () => postgresStore(place()),
    freeze: () => server.signal("SIGSTOP"),
    thaw: () => server.signal("SIGCONT"),
  }));

  it("keeps tokens over a restart", async () => {
    const store = opened();
    const first = await store.acquire("restart", "a/1", 30_000, CALL);
    if (first.kind !== "granted") throw new Error("it was not granted");
    await server.stop();
    await expect(store.renew(first.grant, CALL)).rejects.toMatchObject({ code: "FAILOVER_STORE_UNREACHABLE" });
    await server.start();
    expect(await store.renew(first.grant, CALL)).toBe("renewed");
  });

  it("H8: gives nobody a lease that is over by the database's clock alone: that one may have jumped", async () => {
    const [a, b] = [opened(), opened()];
    const first = await a.acquire("jump", "a/1", 1_000, CALL);
    const jumpedAt = performance.now();
    psql("UPDATE mcp_ops.failover_leases SET expires_at = expires_at - interval '1 hour' WHERE name = 'jump'");
    expect(await b.acquire("jump", "b/1", 1_000, CALL)).toMatchObject({ kind: "held", by: { holder: "a/1" } });
    expect(await b.read("jump", CALL)).toMatchObject({ holder: "a/1" });
    await expect.poll(async () => (await b.acquire("jump", "b/1", 1_000, CALL)).kind, PATIENCE).toBe("granted");
    expect(performance.now() - jumpedAt).toBeGreaterThanOrEqual(1_000);
    expect(first.kind === "granted" && (await a.renew(first.grant, CALL))).toBe("lost");
    // And backwards: nobody waits for an hour.
    psql("UPDATE mcp_ops.failover_leases SET expires_at = expires_at + interval '1 hour' WHERE name = 'jump'");
    await expect.poll(async () => (await a.acquire("jump", "a/1", 1_000, CALL)).kind, PATIENCE).toBe("granted");
  });

  it("H8: a holder loses nothing by a jump of the database's clock, and what it asked for again meanwhile counts from then", async () => {
    const [a, again, b] = [opened(), opened(), opened()];
    const ttlMs = 3_000;
    const first = await a.acquire("leap", "a/1", ttlMs, CALL);
    if (first.kind !== "granted") throw new Error("it was not granted");
    psql("UPDATE mcp_ops.failover_leases SET expires_at = expires_at - interval '1 hour' WHERE name = 'leap'");
    expect(await a.renew(first.grant, CALL)).toBe("renewed");
    // As after a jump of an hour back: the row is good for long, by that clock.
    psql("UPDATE mcp_ops.failover_leases SET expires_at = expires_at + interval '1 hour' WHERE name = 'leap'");
    const begun = performance.now();
    while (performance.now() < begun + 1.5 * ttlMs) {
      // Its answers get lost, and so it asks again: by another connection.
      expect(await again.acquire("leap", "a/1", ttlMs, CALL)).toEqual(first);
      expect(await b.acquire("leap", "b/1", ttlMs, CALL)).toMatchObject({ kind: "held", by: { holder: "a/1" } });
    }
  });

  it("raises no floor above the last incarnation, and goes on giving leases", async () => {
    const store = opened();
    await expect(store.raiseFloor("last", (1n << 63n) - 1n, CALL)).rejects.toMatchObject({
      code: "FAILOVER_OPTIONS_INVALID",
    });
    expect(await store.acquire("last", "a/1", 30_000, CALL)).toMatchObject({ kind: "granted" });
  });

  it("is reached by TLS, and not by one who does not trust its certificate", async () => {
    const ca = readFileSync(join(server.folder, "cert.pem"), "utf8");
    const byTls = { host: "127.0.0.1", ssl: { ca, servername: "localhost" } };
    expect(await opened(byTls).acquire("tls", "a/1", 30_000, CALL)).toMatchObject({ kind: "granted" });
    const unknown = opened({ host: "127.0.0.1", ssl: true });
    await expect(unknown.read("tls", CALL)).rejects.toMatchObject({ code: "FAILOVER_STORE_UNREACHABLE" });
  });

  it("makes its table once, also when many ask for the first time at once", async () => {
    const stores = Array.from({ length: 3 }, () => opened({ schema: "fresh" }));
    const answers = await Promise.all(stores.map((store, n) => store.acquire("fresh", `n${n}/1`, 30_000, CALL)));
    expect(answers.filter(({ kind }) => kind === "granted")).toHaveLength(1);
  });

  it.each([
    ["a wrong password", { password: "canary-wrong" }, /password is wrong/],
    ["a database that is not there", { database: "nowhere" }, /no such database/],
  ])("says what to do about %s", async (_, options, message) => {
    const error = await opened(options)
      .read("wrong", CALL)
      .catch((refusal) => refusal);
    expect(error).toMatchObject({ code: "FAILOVER_STORE_REFUSED", message: expect.stringMatching(message) });
    expect(String(error)).not.toContain("canary");
  });

  it("says which right is missing to a user who may not make the table", async () => {
    psql(`CREATE USER poor PASSWORD '${PASSWORD}'`);
    await expect(opened({ user: "poor", schema: "not_mine" }).read("poor", CALL)).rejects.toMatchObject({
      code: "FAILOVER_STORE_REFUSED",
      message: expect.stringMatching(/GRANT USAGE, CREATE/),
    });
  });
});
