/** C1 on real databases: a writer checks, is paused, and writes when another one has taken over. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EtcdTxn, type EtcdTxnAnswer, etcdFence, GUARD_ERROR, type SqlQuery, sqlFence } from "@mcp-ops/guard";
import pg from "pg";
import { expect, test, vi } from "vitest";
import { freePort } from "../fixtures/free-port.ts";
import { missingForPostgres, tempPostgres } from "../health/temp-servers.ts";

const stale = expect.objectContaining({ code: GUARD_ERROR.fencedStale });

test.skipIf(missingForPostgres.length > 0)(
  "C1: PostgreSQL refuses a stale writer, one that waits for the lock too",
  async () => {
    await using server = await tempPostgres("secret");
    await server.start();
    const open = async () => {
      const client = new pg.Client({
        host: server.folder,
        port: server.tlsPort,
        user: "app",
        password: "secret",
        database: "postgres",
      });
      await client.connect();
      const query: SqlQuery = async (text, values) => {
        const { rowCount, rows } = await client.query(text, [...values]);
        return { changes: rowCount ?? 0, rows };
      };
      return { client, query };
    };
    const [first, second] = [await open(), await open()];
    const fence = sqlFence({ name: "notes" });
    await fence.create(first.query);
    await fence.create(second.query);
    await first.client.query("CREATE TABLE notes (text TEXT)");
    const write = async ({ client, query }: typeof first, token: bigint, text: string) => {
      await client.query("BEGIN");
      try {
        await fence.claim(query, token);
        await client.query("INSERT INTO notes VALUES ($1)", [text]);
        await client.query("COMMIT");
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      }
    };
    await write(first, 7n, "as primary");
    // Its successor has the lock and has not committed: who is older waits, and is refused.
    await second.client.query("BEGIN");
    await fence.claim(second.query, 281_474_976_710_657n);
    const late = write(first, 7n, "after a long pause");
    const refused = expect(late).rejects.toThrow(stale);
    await second.client.query("INSERT INTO notes VALUES ('as its successor')");
    await second.client.query("COMMIT");
    await refused;
    await expect(write(first, 7n, "once more")).rejects.toThrow(stale);
    const { rows } = await second.client.query("SELECT text FROM notes");
    expect(rows).toEqual([{ text: "as primary" }, { text: "as its successor" }]);
    await Promise.all([first.client.end(), second.client.end()]);
  },
);

const hasEtcd = (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, "etcd")));

test.skipIf(!hasEtcd)("C1: etcd refuses the transaction of a stale writer", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fence-etcd-"));
  const [clients, peers] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const args = ["--data-dir", folder, "--listen-client-urls", clients, "--advertise-client-urls", clients];
  const etcd = spawn("etcd", [...args, "--listen-peer-urls", peers], { stdio: "ignore" });
  try {
    const ask = async (path: string, body: object) => {
      const response = await fetch(`${clients}/v3/kv/${path}`, { method: "POST", body: JSON.stringify(body) });
      return (await response.json()) as EtcdTxnAnswer & { kvs?: { value: string }[] };
    };
    const txn = (given: EtcdTxn) => ask("txn", given);
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const fence = etcdFence("fence/notes");
    await vi.waitFor(() => txn(fence.create), { timeout: 60_000, interval: 50 });
    const write = async (token: bigint, text: string) => {
      const put = { requestPut: { key: base64("note"), value: base64(text) } };
      fence.check(token, await txn(fence.guarded(token, [put])));
    };
    await write(9n, "as primary");
    await write(10n, "as its successor");
    await expect(write(9n, "after a long pause")).rejects.toThrow(stale);
    await txn(fence.create);
    await write(10n, "again");
    const written = async () => {
      const { kvs } = await ask("range", { key: base64("note") });
      return Buffer.from(kvs?.[0]?.value ?? "", "base64").toString();
    };
    expect(await written()).toBe("again");
    const refuses = async (token: bigint, code: string, words = "") => {
      const refused = { code, message: expect.stringContaining(words) };
      await expect(write(token, "what must not be")).rejects.toMatchObject(refused);
      expect(await written()).not.toBe("what must not be");
    };
    // A token that leaps would lock everybody else out.
    const restored = (incarnation: bigint, count: bigint) => (incarnation << 48n) | count;
    await refuses(10n + 2n ** 32n + 1n, GUARD_ERROR.fencedJump);
    await refuses(restored(17n, 1n), GUARD_ERROR.fencedJump);
    await write(10n + 2n ** 32n, "as far as it goes");
    await write(restored(16n, 2n ** 40n), "after restores of the lease store, which counts from elsewhere");
    await refuses(restored(15n, 2n ** 41n), GUARD_ERROR.fencedStale);
    await refuses(restored(16n, 2n ** 40n + 2n ** 32n + 1n), GUARD_ERROR.fencedJump);
    expect(await written()).toMatch(/^after restores/);
    // Written by hand, and not as numbers are compared there.
    await txn({
      compare: [],
      success: [{ requestPut: { key: base64("fence/notes"), value: base64("700") } }],
      failure: [],
    });
    await refuses(701n, GUARD_ERROR.fenceMissing, "with zeros in front");
    await txn({ compare: [], success: [{ requestDeleteRange: { key: base64("fence/notes") } }], failure: [] });
    await refuses(701n, GUARD_ERROR.fenceMissing, "There is no key");
    await txn(fence.create);
    await write(restored(300n, 2n ** 41n), "the first one is believed");
    expect(await written()).toBe("the first one is believed");
    expect(() => fence.check(1n, { error: "mvcc: database space exceeded", code: 8 } as EtcdTxnAnswer)).toThrow(
      expect.objectContaining({ code: GUARD_ERROR.fenceMissing, message: expect.stringContaining("no answer") }),
    );
  } finally {
    etcd.kill("SIGKILL");
    await once(etcd, "exit");
    rmSync(folder, { recursive: true, force: true });
  }
});
