import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { type Check, postgresCheck, redisCheck } from "@mcp-ops/health";
import { describe, expect, it, onTestFinished } from "vitest";
import { missingForPostgres, missingForRedis, type TempServer, tempPostgres, tempRedis } from "./temp-servers.ts";
import { isDown, isUp, QUICK, watching } from "./watching.ts";

const PASSWORD = "s3cret pass/word@home";

interface Database {
  readonly missing: readonly string[];
  open(password: string): Promise<TempServer>;
  check(server: TempServer, password: string): Check;
  checkByTls(server: TempServer, password: string, tls: ConnectionOptions): Check;
}

const databases: Readonly<Record<string, Database>> = {
  PostgreSQL: {
    missing: missingForPostgres,
    open: tempPostgres,
    check({ folder, tlsPort }, password) {
      const place = `host=${encodeURIComponent(folder)}&port=${tlsPort}`;
      const connectionString = `postgres://app:${encodeURIComponent(password)}@/postgres?${place}`;
      return postgresCheck({ ...QUICK, connectionString });
    },
    checkByTls: ({ tlsPort: port }, password, tls) =>
      postgresCheck({ ...QUICK, host: "localhost", port, user: "app", password, database: "postgres", ssl: tls }),
  },
  Redis: {
    missing: missingForRedis,
    open: tempRedis,
    check: ({ folder }, password) => redisCheck({ ...QUICK, socketPath: join(folder, "redis.sock"), password }),
    checkByTls: ({ tlsPort }, password, tls) =>
      redisCheck({ ...QUICK, url: `rediss://:${encodeURIComponent(password)}@localhost:${tlsPort}`, tls }),
  },
};

for (const [name, { missing, open, check, checkByTls }] of Object.entries(databases)) {
  const hint = missing.length > 0 ? ` (skipped: install the Debian package ${missing.join(" ")})` : "";
  describe.skipIf(missing.length > 0)(`a real ${name}${hint}`, () => {
    const started = async () => {
      const server = await open(PASSWORD);
      onTestFinished(() => server[Symbol.asyncDispose]());
      await server.start();
      return server;
    };

    it("is found up, found down when it stops, and up again when it is back", async () => {
      const server = await started();
      const { health, until } = watching(check(server, PASSWORD));
      expect(await until(isUp)).toMatchObject({ message: undefined, latencyMs: expect.any(Number) });
      expect(health.respond("/readyz")?.status).toBe(200);

      const gone = until(isDown);
      await server.stop();
      expect(await gone).toMatchObject({ message: expect.any(String), target: expect.stringContaining(server.folder) });
      expect(["/livez", "/health", "/readyz"].map((path) => health.respond(path)?.status)).toEqual([200, 200, 503]);
      expect(health.respond("/health")?.body).not.toContain(server.folder);

      const back = until(isUp);
      await server.start();
      await back;
      expect(health.respond("/readyz")?.status).toBe(200);
    });

    it("is down for a wrong password, which no one gets to see", async () => {
      const server = await started();
      const { health, until } = watching(check(server, "wr0ng pass/word"));
      const { message } = await until(isDown);
      expect(message).toMatch(/authentication failed|WRONGPASS/);
      const seen = JSON.stringify(health.document({ details: true }));
      for (const secret of ["wr0ng", encodeURIComponent("wr0ng pass/word")]) expect(seen).not.toContain(secret);
    });

    it("is found up by TLS when its certificate is trusted, and down when it is not", async () => {
      const server = await started();
      const ca = readFileSync(join(server.folder, "cert.pem"));
      await watching(checkByTls(server, PASSWORD, { ca })).until(isUp);
      const { message } = await watching(checkByTls(server, PASSWORD, {})).until(isDown);
      expect(message).toMatch(/self.signed certificate/);
    });

    it("does not run out of connections, however often it is asked", async () => {
      const server = await started();
      const { until } = watching(check(server, PASSWORD));
      const found = new Set<string>();
      let runs = 0;
      // The PostgreSQL of this test lets five in at a time.
      await until(({ status, consecutiveFailures }) => {
        found.add(`${status}, ${consecutiveFailures} failed`);
        return ++runs === 20;
      });
      expect([...found]).toEqual(["up, 0 failed"]);
    });
  });
}
