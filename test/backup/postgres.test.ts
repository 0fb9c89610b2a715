import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BackupStore,
  createBackup,
  drillPostgres,
  extractBackup,
  type PostgresConnection,
  type PostgresDumpOptions,
  postgresDumper,
} from "@mcp-ops/backup";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { missingForPostgres, type TempServer, tempPostgres } from "../health/temp-servers.ts";

const PASSWORD = `canary:pass\\word ${randomBytes(4).toString("hex")}`;
const ROWS = 100_000;
const DUMP = "database.pgdump";
const never = new AbortController().signal;
const hint = missingForPostgres.length > 0 ? ` (skipped: install ${missingForPostgres.join(" ")})` : "";

describe.skipIf(missingForPostgres.length > 0)(
  `B7: a dump counts as good only after a full read; a drill restores it${hint}`,
  () => {
    let server: TempServer;
    let connection: PostgresConnection;

    beforeAll(async () => {
      server = await tempPostgres(PASSWORD);
      await server.start();
      connection = { host: server.folder, port: server.tlsPort, user: "app", database: "postgres", password: PASSWORD };
      sql("CREATE ROLE reader; CREATE SCHEMA shop; CREATE TABLE shop.orders (id bigint PRIMARY KEY, note text)");
      sql(`INSERT INTO shop.orders SELECT i, md5(i::text) FROM generate_series(1, ${ROWS}) i`);
      sql("CREATE TABLE empty (id int); GRANT SELECT ON shop.orders TO reader");
    });
    afterAll(() => server[Symbol.asyncDispose]());

    const sql = (statement: string) =>
      execFileSync("psql", ["-XqAt", "-c", statement], { encoding: "utf8", env: pgEnv() }).trim();
    const pgEnv = () => ({
      PATH: process.env.PATH,
      PGHOST: connection.host,
      PGPORT: String(connection.port),
      PGUSER: connection.user,
      PGDATABASE: connection.database,
      PGPASSWORD: PASSWORD,
    });
    const dumper = (changes: Partial<PostgresDumpOptions> = {}) =>
      postgresDumper({ name: "shop", ...connection, ...changes });

    /** Holds the table until it is killed, so that a dump of it stands still. */
    const lockOrders = () => {
      const holder = spawn("psql", ["-Xq"], { env: pgEnv(), stdio: ["pipe", "ignore", "ignore"] });
      holder.stdin.write("BEGIN; LOCK TABLE shop.orders IN ACCESS EXCLUSIVE MODE;\n");
      return holder;
    };

    /** The processes of this test that dump; others on the machine may do the same. */
    const dumping = () =>
      readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .filter((pid) => DUMP_COMMAND.test(readProc(pid, "cmdline")))
        .filter((pid) => readProc(pid, "environ").includes(`PGHOST=${connection.host}`))
        .map(Number);

    async function dumped(): Promise<string> {
      const folder = scratch();
      await dumper().dump(folder, never);
      return folder;
    }

    it("dumps the database and the roles beside it, for their owner alone, and leaves nothing else", async () => {
      const folder = scratch();
      const { files, notes } = await dumper().dump(folder, never);
      expect(readdirSync(folder).sort()).toEqual([...files].sort());
      for (const file of files) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
      expect(notes.join()).toMatch(/PostgreSQL \d+, pg_dump \d+,read whole by pg_restore/);
      const globals = readFileSync(join(folder, "globals.sql"), "utf8");
      expect(globals).toContain("CREATE ROLE reader");
      expect(globals).not.toMatch(/PASSWORD|SCRAM/);
    });

    it("restores it into a database of its own, counts every row, and drops that again", async () => {
      const folder = await dumped();
      expect(await drillPostgres(connection, folder, never)).toEqual([
        { table: "public.empty", rows: 0 },
        { table: "shop.orders", rows: ROWS },
      ]);
      expect(sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'mcp_ops_drill%'")).toBe("0");
      expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
    });

    it("is drilled from a backup as it is from the dump itself", async () => {
      const store = new BackupStore(scratch());
      const set = { name: "shop", sources: [], dumpers: [dumper()] };
      const { ref, result } = await createBackup(store, set);
      expect(result).toBe("complete");
      if (ref === undefined) throw new Error("a complete backup has a name");
      const folder = join(scratch(), "back");
      await extractBackup(store, set, ref, folder);
      const rows = await drillPostgres(connection, join(folder, "databases", "shop"), never);
      expect(rows).toContainEqual({ table: "shop.orders", rows: ROWS });
    });

    it("finds out a dump that was cut, and one with a single bit flipped, before anything is restored", async () => {
      const folder = await dumped();
      const whole = readFileSync(join(folder, DUMP));
      const flipped = Buffer.from(whole);
      flipped[Math.floor(whole.length / 2)] = (whole[Math.floor(whole.length / 2)] ?? 0) ^ 1;
      for (const bytes of [flipped, whole.subarray(0, whole.length / 2), Buffer.alloc(0)]) {
        writeFileSync(join(folder, DUMP), bytes);
        await expect(drillPostgres(connection, folder, never)).rejects.toMatchObject({ code: "BACKUP_DUMP_DAMAGED" });
      }
      expect(sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'mcp_ops_drill%'")).toBe("0");
    });

    it("does not take a dump that its program cut short but ended well with", async () => {
      // What stands in for pg_dump passes half of the real one's bytes on, and says all is well.
      const bin = programs(`#!/bin/sh
case " $* " in *--version*) exec pg_dump --version;; esac
pg_dump "$@" | head -c 200000`);
      await expect(dumper({ binFolder: bin }).dump(scratch(), never)).rejects.toMatchObject({
        code: "BACKUP_DUMP_DAMAGED",
        message: expect.stringContaining("Use an earlier backup"),
      });
    });

    it.each([
      ["the database does not exist", { database: "nowhere" }, /database "nowhere" does not exist/],
      ["the password is wrong", { password: "wrong canary" }, /password authentication failed/],
      ["nobody answers", { port: 1 }, /No such file|refused/],
    ])("fails when %s", async (_, changes, message) => {
      const folder = scratch();
      await expect(dumper(changes).dump(folder, never)).rejects.toMatchObject({
        code: "BACKUP_DUMP_FAILED",
        message: expect.stringMatching(message),
      });
      expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
    });

    it.each([
      [
        "the server ends its connection",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mcp-ops backup'",
      ],
      ["pg_dump is killed", undefined],
    ])("fails when %s halfway", async (_, statement) => {
      const folder = scratch();
      // It stops where the table begins, because another session holds it.
      const holder = lockOrders();
      onTestFinished(() => void holder.kill());
      await expect.poll(() => sql(LOCKED)).toBe("1");
      const outcome = expect(dumper().dump(folder, never)).rejects.toMatchObject({ code: "BACKUP_DUMP_FAILED" });
      await expect.poll(() => sql(WAITING)).toBe("1");
      if (statement === undefined) for (const pid of dumping()) process.kill(pid, "SIGKILL");
      else sql(statement);
      await outcome;
    });

    it("fails when the database does not answer in time, and says so", async () => {
      const holder = lockOrders();
      onTestFinished(() => void holder.kill());
      await expect.poll(() => sql(LOCKED)).toBe("1");
      await expect(dumper({ timeoutMs: 500 }).dump(scratch(), never)).rejects.toMatchObject({
        code: "BACKUP_DUMP_FAILED",
        message: expect.stringMatching(/The dump of shop did not end within 0\.5 s and was stopped/),
      });
      await expect.poll(() => sql(WAITING)).toBe("0");
    });

    it("refuses a client that is older than the server", async () => {
      const bin = programs("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'");
      await expect(dumper({ binFolder: bin }).dump(scratch(), never)).rejects.toMatchObject({
        code: "BACKUP_DUMP_CLIENT_TOO_OLD",
        message: expect.stringMatching(/version 9, .* version \d+\. Install postgresql-client-\d+/),
      });
    });

    it("B8: shows the password in no argument, no variable, no message and no file it leaves", async () => {
      const folder = scratch();
      const holder = lockOrders();
      onTestFinished(() => void holder.kill());
      await expect.poll(() => sql(LOCKED)).toBe("1");
      const aborting = new AbortController();
      const outcome = dumper()
        .dump(folder, aborting.signal)
        .catch((error: Error) => error);
      await expect.poll(() => sql(WAITING)).toBe("1");
      const pids = dumping();
      expect(pids).not.toEqual([]);
      for (const pid of pids) {
        for (const part of ["cmdline", "environ"]) {
          expect(readFileSync(`/proc/${pid}/${part}`, "utf8")).not.toContain("canary");
        }
      }
      const passFile = readdirSync(folder).find((name) => name.startsWith(".pgpass")) ?? "";
      expect(statSync(join(folder, passFile)).mode & 0o777).toBe(0o600);
      aborting.abort(new Error("called off"));
      expect(String(await outcome)).toContain("called off");
      for (const name of readdirSync(folder)) expect(readFileSync(join(folder, name), "utf8")).not.toContain("canary");
    });
  },
);

const DUMP_COMMAND = /(^|\/)pg_dump\0-w\0-Fc/;
const LOCKED =
  "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'shop.orders'::regclass";
const WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'shop.orders'::regclass";

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "mo-pg-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder of PostgreSQL's programs, of which pg_dump is this script. */
function programs(pgDump: string): string {
  const folder = scratch();
  for (const name of ["psql", "pg_dumpall", "pg_restore"]) {
    writeFileSync(join(folder, name), `#!/bin/sh\nexec ${name} "$@"\n`, { mode: 0o755 });
  }
  writeFileSync(join(folder, "pg_dump"), `${pgDump}\n`, { mode: 0o755 });
  return folder;
}
