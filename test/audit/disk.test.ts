import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readlinkSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { verifyAudit } from "@mcp-ops/audit";
import { expect, onTestFinished, test as plainTest } from "vitest";
import { exchangesOf, newFolder, newLog, play, recordsOf, until } from "./stage.ts";

/** A file system of its own, small enough to be filled. */
function mountSmall(): string | undefined {
  const folder = newFolder();
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", folder]).status !== 0) return undefined;
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
  return folder;
}

const canMount =
  spawnSync("sh", ["-c", "d=$(mktemp -d) && mount -t tmpfs tmpfs $d && umount $d; is=$?; rmdir $d; exit $is"])
    .status === 0;
if (!canMount) console.log("Skipped: tests of a full disk need the right to mount a tmpfs (root).");
const test = plainTest.runIf(canMount);

/** Takes all room that is left. */
function fill(folder: string): () => void {
  const file = join(folder, "filler");
  for (let size = 1 << 19; size >= 1; size >>= 1) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: "a" });
    } catch {}
  }
  return () => rmSync(file);
}

test("on a full disk the server goes on answering, the log says what it waits for, and loses nothing that fits its queue", async () => {
  const small = mountSmall() as string;
  const { log, folder, faults } = newLog({ folder: join(small, "log"), retryMs: 5, flushMs: 5 });
  const { client } = await play("v1", log);
  await client.callTool({ name: "ok", arguments: {} });
  await log.flush();
  const makeRoom = fill(small);
  let asked = 0;
  await until(async () => {
    await client.callTool({ name: "ok", arguments: { n: ++asked } });
    return log.stats().degraded !== undefined;
  });
  expect(log.stats().degraded).toBe("cannot write: ENOSPC");
  await expect(log.flush()).rejects.toThrow(/cannot be written \(.*ENOSPC/);
  for (let i = 0; i < 20; i++) await client.callTool({ name: "ok", arguments: { n: ++asked } });
  makeRoom();
  await until(() => log.stats().degraded === undefined);
  await log.close();
  expect(log.stats().dropped).toBe(0);
  expect(exchangesOf(folder).filter(({ operation }) => operation.target === "ok")).toHaveLength(asked + 1);
  expect(await verifyAudit({ folder, anchor: log.head()! })).toMatchObject({ verdict: "intact", findings: [] });
  expect(faults).toEqual(["AUDIT_WRITE_FAILED"]);
});

test("what does not fit the queue while the disk is full is counted, and the chain says how many", async () => {
  const small = mountSmall() as string;
  const { log, folder } = newLog({ folder: join(small, "log"), retryMs: 5, flushMs: 5, maxQueue: 50 });
  const { client } = await play("v2", log);
  await log.flush();
  const makeRoom = fill(small);
  await until(async () => {
    await client.callTool({ name: "ok", arguments: {} });
    return log.stats().dropped >= 10;
  });
  expect(log.stats().degraded).toMatch(/cannot write: ENOSPC/);
  makeRoom();
  await until(() => log.stats().pending === 0);
  expect(log.stats().degraded).toMatch(/records dropped/);
  await log.close();
  const said = recordsOf(folder).flatMap((record) => (record.event === "audit.dropped" ? [record.records] : []));
  expect(said.reduce((sum, n) => sum + n, 0)).toBe(log.stats().dropped);
  expect((await verifyAudit({ folder, anchor: log.head()! })).verdict).toBe("intact");
});

test("with `required`, a full disk refuses calls and keeps the answer that has no record yet; room brings it back", async () => {
  const small = mountSmall() as string;
  const { log, folder } = newLog({ folder: join(small, "log"), retryMs: 5, durability: "required" });
  const { client } = await play("v1", log);
  await log.flush();
  const makeRoom = fill(small);
  let answered = 0;
  const held: Promise<unknown>[] = [];
  let refusal: unknown;
  await until(async () => {
    const call = client.callTool({ name: "ok", arguments: {} });
    held.push(
      call.then(
        () => answered++,
        (error: unknown) => (refusal = error),
      ),
    );
    await new Promise((resolve) => setImmediate(resolve));
    return refusal !== undefined;
  });
  expect(String(refusal)).toMatch(/-31003.*Refused, because this server answers no call without an audit record/);
  const before = answered;
  expect(exchangesOf(folder).filter(({ outcome }) => outcome === "success").length).toBeGreaterThanOrEqual(before);
  makeRoom();
  await Promise.all(held);
  expect(answered).toBeGreaterThan(before);
  await until(async () => {
    const answer = await client.callTool({ name: "ok", arguments: {} }).catch(() => undefined);
    return answer !== undefined;
  });
  await log.close();
  expect((await verifyAudit({ folder, anchor: log.head()! })).verdict).toBe("intact");
});

test("a log that starts on a full disk begins as soon as there is room, and leaves nothing open meanwhile", async () => {
  const small = mountSmall() as string;
  const keyFile = join(newFolder(), "key");
  const at = join(small, "log");
  mkdirSync(at);
  const makeRoom = fill(small);
  const { log, folder } = newLog({ folder: at, keyFile, retryMs: 1 });
  const { client } = await play("v1", log);
  await client.callTool({ name: "ok", arguments: {} });
  await until(() => log.stats().degraded !== undefined);
  expect(readdirSync("/proc/self/fd").filter((fd) => linkOf(fd).startsWith(at)).length).toBeLessThanOrEqual(1);
  makeRoom();
  await until(() => log.stats().degraded === undefined && log.stats().pending === 0);
  await log.close();
  expect((await verifyAudit({ folder, anchor: log.head()! })).verdict).toBe("intact");
});

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
}

test("with `synchronous`, a full disk holds nobody up", async () => {
  const small = mountSmall() as string;
  const { log } = newLog({ folder: join(small, "log"), retryMs: 5, durability: "synchronous", maxHoldMs: 600_000 });
  const { client } = await play("v1", log);
  await log.flush();
  const makeRoom = fill(small);
  await until(async () => {
    await client.callTool({ name: "ok", arguments: {} });
    return log.stats().degraded !== undefined;
  });
  for (let i = 0; i < 5; i++) await client.callTool({ name: "ok", arguments: {} });
  makeRoom();
});

plainTest("a folder that cannot be used at the start is tried again until it can", async () => {
  const folder = join(newFolder(), "log");
  writeFileSync(folder, "in the way");
  const { log, faults } = newLog({ folder, retryMs: 5 });
  const { client } = await play("v1", log);
  await client.callTool({ name: "ok", arguments: {} });
  await until(() => log.stats().degraded !== undefined);
  expect(faults).toEqual(["AUDIT_WRITE_FAILED"]);
  rmSync(folder);
  mkdirSync(folder);
  await until(() => log.stats().degraded === undefined && log.stats().pending === 0);
  await log.close();
  expect(exchangesOf(folder).at(-1)?.operation.target).toBe("ok");
  expect((await verifyAudit({ folder, anchor: log.head()! })).verdict).toBe("intact");
});

plainTest("a file that is cut while it is written is noticed", async () => {
  const { log, folder } = newLog();
  const { client } = await play("v1", log);
  await client.callTool({ name: "ok", arguments: {} });
  await log.flush();
  const { chain, boot } = log.head()!;
  truncateSync(join(folder, `${chain}.000000000001.${boot}.jsonl`), 10);
  await client.callTool({ name: "ok", arguments: {} });
  await log.close();
  expect(recordsOf(folder).map(({ event }) => event)).toContain("audit.file-lost");
  expect((await verifyAudit({ folder })).verdict).toBe("broken");
});

plainTest("a slow disk is told of while records wait, and for a while after", async () => {
  // Reading from a FIFO is as slow as whoever writes to it: the writer's thread hangs in the kernel, as on a disk that hangs.
  const pseudonymKeyFile = join(newFolder(), "key");
  expect(spawnSync("mkfifo", ["-m", "600", pseudonymKeyFile]).status).toBe(0);
  const { log, folder } = newLog({ pseudonymKeyFile, flushMs: 1, slowMs: 20 });
  const { client } = await play("v1", log);
  await client.callTool({ name: "ok", arguments: {} });
  await until(() => log.stats().degraded !== undefined);
  expect(log.stats().degraded).toBe("slow: records wait longer than 21 ms to be written");
  expect(log.stats().oldestPendingMs).toBeGreaterThanOrEqual(20);
  await writeFile(pseudonymKeyFile, Buffer.alloc(32).toString("base64"));
  await until(() => log.stats().pending === 0);
  expect(log.stats()).toMatchObject({ oldestPendingMs: 0, degraded: expect.stringMatching(/^slow/) });
  await log.close();
  expect(exchangesOf(folder).at(-1)?.operation.target).toBe("ok");
});

plainTest(
  "the last moment of a process writes all that waits, more than one batch of it, and says whether it could",
  async () => {
    const { log, folder } = newLog({ flushMs: 600_000 });
    const { client } = await play("v1", log);
    await log.flush();
    await Promise.all(Array.from({ length: 1500 }, () => client.callTool({ name: "ok", arguments: {} })));
    expect(log.closeNow(20_000)).toBe(true);
    expect(exchangesOf(folder).filter(({ operation }) => operation.target === "ok")).toHaveLength(1500);
    expect((await verifyAudit({ folder, anchor: log.head()! })).verdict).toBe("intact");
    const inTheWay = join(newFolder(), "log");
    writeFileSync(inTheWay, "a file");
    const nowhere = newLog({ folder: inTheWay, retryMs: 5 });
    await until(() => nowhere.log.stats().degraded !== undefined);
    expect(nowhere.log.closeNow(20_000)).toBe(false);
  },
);
