import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MCP_OPS, mcpOps } from "../cli/command.ts";
import { missingForPostgres, type TempServer, tempPostgres } from "../health/temp-servers.ts";

const PASSWORD = `canary-${randomBytes(4).toString("hex")}`;
const hint = missingForPostgres.length > 0 ? ` (skipped: install ${missingForPostgres.join(" ")})` : "";

describe.skipIf(missingForPostgres.length > 0)(
  `B7: mcp-ops backup drill restores the databases of a set${hint}`,
  () => {
    let server: TempServer;
    let home: string;
    const env = { SHOP_PASSWORD: PASSWORD };

    beforeAll(async () => {
      server = await tempPostgres(PASSWORD);
      await server.start();
      home = mkdtempSync(join(tmpdir(), "mo-drill-"));
      mkdirSync(join(home, "scratch"));
      sql("CREATE TABLE orders AS SELECT i FROM generate_series(1, 1000) i");
      const notes = new DatabaseSync(join(home, "notes.db"));
      notes.exec("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('a'), ('b')");
      notes.close();
      config({});
      expect(await backup("create")).toMatchObject({ code: 0 });
    });
    afterAll(async () => {
      await server[Symbol.asyncDispose]();
      rmSync(home, { recursive: true });
    });

    const place = () => ({
      host: server.folder,
      port: server.tlsPort,
      user: "app",
      database: "postgres",
      password: { env: "SHOP_PASSWORD" },
    });
    const config = (drill: object, wiki: object = {}) => {
      const databases = {
        shop: { kind: "postgres", ...place(), drill: { ...place(), ...drill } },
        notes: { kind: "sqlite", path: "notes.db" },
        wiki: { kind: "command", program: "/bin/echo", args: ["pages"], ...wiki },
      };
      writeFileSync(
        join(home, "mcp-ops.yaml"),
        JSON.stringify({ backup: { folder: "b", sets: { all: { databases } } } }),
      );
    };
    const where = () => ["--config", join(home, "mcp-ops.yaml")];
    const scratch = () => join(home, "scratch");
    const backup = (...args: string[]) => mcpOps(["backup", ...args, ...where()], { ...env, TMPDIR: scratch() });
    const sql = (statement: string) =>
      execFileSync(
        "psql",
        ["-XqAt", "-h", server.folder, "-p", `${server.tlsPort}`, "-U", "app", "-c", statement, "postgres"],
        {
          encoding: "utf8",
          env: { PATH: process.env.PATH, PGPASSWORD: PASSWORD },
        },
      ).trim();
    const scratchDatabases = () => sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'mcp\\_ops\\_drill\\_%'");

    /** PostgreSQL's programs, of which pg_restore does this when it is to restore, and not only to read. */
    function restoringBy(script: string): string {
      const folder = mkdtempSync(join(home, "bin-"));
      for (const name of ["psql", "pg_dump", "pg_dumpall"]) {
        writeFileSync(join(folder, name), `#!/bin/sh\nexec ${name} "$@"\n`, { mode: 0o755 });
      }
      const restore = `#!/bin/sh\ncase " $* " in *" -d "*) ${script};; esac\nexec pg_restore "$@"\n`;
      writeFileSync(join(folder, "pg_restore"), restore, { mode: 0o755 });
      return folder;
    }

    /** A drill that stands still in the middle of the restore. */
    async function hangingDrill() {
      const begun = join(home, "begun");
      rmSync(begun, { force: true });
      config({ binFolder: restoringBy(`echo $$ > ${begun}; exec sleep 600`) });
      const child = spawn(MCP_OPS, ["backup", "drill", ...where()], {
        env: { ...process.env, ...env, TMPDIR: scratch() },
        stdio: ["ignore", "ignore", "pipe"],
      });
      const ended = once(child, "close");
      let said = "";
      child.stderr.on("data", (text: Buffer) => (said += text));
      await expect.poll(() => existsSync(begun) && readFileSync(begun, "utf8")).toMatch(/\d\n/);
      expect(scratchDatabases()).toBe("1");
      return { child, ended, said: () => said, pid: Number(readFileSync(begun, "utf8")) };
    }

    it("into scratch databases, whatever became of the real ones, and says what it did not try", async () => {
      sql("DELETE FROM orders");
      config({});
      const { stdout, stderr } = await backup("drill", "--json");
      expect(stderr).toBe("");
      expect(JSON.parse(stdout).databases).toEqual([
        { name: "shop", isRestored: true, tables: [{ table: "public.orders", rows: 1000 }] },
        { name: "notes", isRestored: true, tables: [{ table: "notes", rows: 2 }] },
        { name: "wiki", isRestored: false, reason: "no drill is configured for it" },
      ]);
      expect(scratchDatabases()).toBe("0");
      expect(readdirSync(scratch())).toEqual([]);
    });

    it("by a command of one's own, which decides", async () => {
      const drill = (script: string) => ({ program: "/bin/sh", args: ["-c", script] });
      config({}, { drill: drill('grep -q pages "$MCP_OPS_RESTORED/output"') });
      expect((await backup("drill")).stdout).toContain("The database wiki was restored, says the program that did it.");
      config({}, { drill: drill("exit 4") });
      expect(await backup("drill")).toMatchObject({ code: 1, stderr: expect.stringMatching(/wiki\.drill .* code 4/) });
    });

    it("and fails when one cannot be restored, with the reason, and leaves no database", async () => {
      config({ binFolder: restoringBy("echo 'error: extension postgis is not available' >&2; exit 1") });
      expect(await backup("drill")).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringContaining("extension postgis is not available"),
      });
      expect(scratchDatabases()).toBe("0");
      expect(readdirSync(scratch())).toEqual([]);
    });

    it("drops the scratch database on Ctrl-C", async () => {
      const { child, ended, said } = await hangingDrill();
      child.kill("SIGINT");
      expect(await ended).toEqual([1, null]);
      expect(said()).toContain("The drill was stopped. Nothing of it is left.");
      expect(scratchDatabases()).toBe("0");
      expect(readdirSync(scratch())).toEqual([]);
    });

    it("drops what a killed drill has left, and nothing of one that still runs", async () => {
      const { child, ended, pid } = await hangingDrill();
      config({});
      expect(await backup("drill")).toMatchObject({ code: 0 });
      expect(scratchDatabases()).toBe("1");
      child.kill("SIGKILL");
      await ended;
      process.kill(pid, "SIGKILL");
      expect(scratchDatabases()).toBe("1");
      await expect
        .poll(() => sql("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'mcp\\_ops\\_drill%'"))
        .toBe("0");
      expect(await backup("drill")).toMatchObject({ code: 0 });
      expect(scratchDatabases()).toBe("0");
    });
  },
);
