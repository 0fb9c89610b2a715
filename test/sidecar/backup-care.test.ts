/** What the duty `backup` must not forget: what changed while it could not look, what somebody has said, what is still wrong. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BackupStore, removeBackup } from "@mcp-ops/backup";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { api, BackupHouse, CLIENTS, dutyOf, ENV, figures, run, until, untilShown } from "./backup-house.ts";
import { Bucket } from "./bucket.ts";
import { type Daemon, PATIENCE } from "./house.ts";

const SAFE = "recipients: [age1vah85eu0d7s7sdp8pldpewthuuc8weu0v79sz57cnr7034wxqfmqqz2ppy], signKey: key";

let house: BackupHouse;

beforeEach(() => {
  house = new BackupHouse();
  write("weather", "notes");
});
afterEach(() => house[Symbol.asyncDispose]());

/** The config of a client, with these servers. */
function write(...servers: readonly string[]): void {
  const mcpServers = Object.fromEntries(servers.map((name) => [name, { command: name }]));
  writeFileSync(join(house.folder, ".claude.json"), JSON.stringify({ mcpServers }));
}

async function end(running: Daemon): Promise<void> {
  running.child.kill("SIGTERM");
  expect(await running.ended).toBe(0);
}

describe("a change of a config", () => {
  test("is saved when it is found at the start, made while no daemon ran", async () => {
    const before = await house.keeping(CLIENTS);
    await until(before, "clients", { retained: 1 });
    await end(before);
    write("weather", "notes", "more");
    await until(await house.keeping(CLIENTS), "clients", { retained: 2 });
  });

  test("is saved though the config of the daemon was read anew while it waited for its time", async () => {
    const patient = CLIENTS.replace("minIntervalMs: 0", "minIntervalMs: 600000");
    const running = await house.keeping(patient);
    await until(running, "clients", { retained: 1 });
    write("weather", "notes", "more");
    await until(running, "clients", { retained: 2 });
    write("weather", "notes", "more", "and-more");
    house.rewrite(CLIENTS);
    await running.hangUp();
    await until(running, "clients", { retained: 3 });
  });

  test("that was held back by an alarm is saved once somebody has said that it is meant", async () => {
    const running = await house.keeping(CLIENTS);
    await until(running, "clients", { retained: 1 });
    write("weather");
    await until(running, "clients", { alarms: [{ kind: "servers-lost" }] });
    await api(running, "/clients/accept", "POST");
    await until(running, "clients", { retained: 2, content: true });
  });
});

test("saying that a lost server is meant does not make a config that is broken now forget its own", async () => {
  const cursor = join(house.folder, ".cursor.json");
  writeFileSync(cursor, JSON.stringify({ mcpServers: { alpha: {}, beta: {} } }));
  const set = CLIENTS.replace("discover: [clients]", "discover: [clients], sources: [{ path: .cursor.json }]");
  const running = await house.keeping(set);
  await until(running, "clients", { retained: 1 });
  writeFileSync(cursor, "{");
  write("weather");
  await until(running, "clients", { alarms: expect.objectContaining({ length: 2 }) });
  await api(running, "/clients/accept", "POST");
  await until(running, "clients", { alarms: [{ kind: "invalid" }] });
  writeFileSync(cursor, JSON.stringify({ mcpServers: { alpha: {} } }));
  await until(running, "clients", { alarms: [{ kind: "servers-lost", servers: ["beta"] }] });
});

test("a set that somebody works on when the daemon starts is watched afterwards all the same", async () => {
  const store = new BackupStore(house.backups);
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const work = store.locked("clients", () => done);
  const running = await house.keeping(CLIENTS);
  resolve();
  await work;
  await until(running, "clients", { retained: 1, content: true });
  writeFileSync(join(house.folder, ".claude.json"), "{");
  await until(running, "clients", { alarms: [{ kind: "invalid" }] });
});

test("a restore that was killed before a config that is gone was back is undone by the next run, which saves", async () => {
  const cursor = join(house.folder, ".cursor", "mcp.json");
  mkdirSync(join(house.folder, ".cursor"));
  writeFileSync(cursor, "{}");
  const unwatched = CLIENTS.replace(/watch: \{.*?\}/, "watch: { enabled: false }");
  const running = await house.keeping(unwatched);
  await until(running, "clients", { retained: 1 });
  const [id = ""] = house.visible("clients");
  rmSync(cursor);
  write("other");
  const child = fileURLToPath(new URL("killed-restore-child.ts", import.meta.url));
  const client = join(house.folder, ".claude.json");
  const { signal, stderr } = spawnSync(process.execPath, [child, house.backups, "clients", id, client, cursor], {
    encoding: "utf8",
  });
  expect({ signal, stderr }).toEqual({ signal: "SIGKILL", stderr: "" });
  expect(readFileSync(client, "utf8")).toContain("weather");
  await api(running, "/clients/run", "POST");
  await until(running, "clients", { retained: 2, content: true });
  expect(readFileSync(client, "utf8")).toContain("other");
  expect(running.err.join()).toContain("A restore of the set clients that was killed has been undone.");
});

test("a set that lacks something optional is not saved again at each start", async () => {
  const set = "part: { sources: [{ path: .claude.json }, { path: nowhere, required: false }], schedule: '0 0 1 1 *' }";
  const before = await house.keeping(set);
  await until(before, "part", { retained: 1, lastAttempt: { result: "partial" } });
  await end(before);
  const after = await house.keeping(set);
  expect((await api(after, "/part")).body).toMatchObject({ nextRunAt: expect.stringMatching(/-01-01T00:00/) });
  expect(house.visible("part")).toHaveLength(1);
});

describe("what a reading of all backups finds", () => {
  /** As if nobody had ever read them. */
  function forget(): void {
    const file = join(house.backups, "clients", "state.json");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), verified: {} }));
  }

  test("does not keep the daemon from its end, however long it takes", async () => {
    const running = await house.keeping(`${CLIENTS.slice(0, -1)}, ${SAFE} }`);
    // Which is noted last.
    await until(running, "clients", { retained: 1, lastVerifiedAt: expect.any(String) });
    const [endless = ""] = house.visible("clients");
    const archive = join(house.backups, "clients", endless, "data.tar.zst.age");
    // It is visible a moment before that is noted.
    const state = join(house.backups, "clients", "state.json");
    await expect.poll(() => readFileSync(state, "utf8"), PATIENCE).toContain(`"verified":{"${endless}"`);
    rmSync(archive);
    symlinkSync("/dev/zero", archive);
    forget();
    await api(running, "/clients/run", "POST");
    await until(running, "clients", { retained: 2, runningSince: expect.any(String) });
    await end(running);
    expect(running.err.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  test("is told until it is put right: a damaged backup until it is removed, one that is gone until somebody says so", async () => {
    const running = await house.keeping(CLIENTS);
    await until(running, "clients", { retained: 1 });
    await run(running, "clients");
    await run(running, "clients");
    const [lost = "", rotten = ""] = house.visible("clients");
    rmSync(join(house.backups, "clients", lost), { recursive: true });
    writeFileSync(join(house.backups, "clients", rotten, "manifest.json"), "{}");
    forget();
    await run(running, "clients");
    await until(running, "clients", { troubles: [expect.stringContaining(`${rotten} is damaged, ${lost} is lost`)] });
    // Retention has removed the damaged one since.
    await run(running, "clients");
    await until(running, "clients", { troubles: [`Of the backups of clients, ${lost} is lost.`] });
    await run(running, "clients");
    await until(running, "clients", { troubles: [`Of the backups of clients, ${lost} is lost.`] });
    await untilShown(running, 'troubles{set="clients",kind="verify"}', 1);
    const remove = (id: string, ...more: readonly string[]) =>
      house.command(["backup", "remove", "clients", id, "--config", house.config, "--yes", ...more], ENV);
    const newest = house.visible("clients").at(-1) ?? "";
    expect(await remove(newest, "--reason", "a slip")).toMatchObject({
      code: 2,
      err: expect.stringContaining("newest good backup"),
    });
    expect(await remove("20260101T000000000Z-000000", "--reason", "a slip")).toMatchObject({
      code: 2,
      err: expect.stringContaining("backup list clients"),
    });
    expect(await remove(lost, "--reason", "somebody tidied")).toMatchObject({ code: 0 });
    await run(running, "clients");
    await until(running, "clients", { content: true });
    await untilShown(running, 'troubles{set="clients",kind="verify"}', 0);
  });
});

describe("a bucket", () => {
  const sent = ({ keys }: Bucket) => keys.filter((key) => key.endsWith("/manifest.json"));

  function into({ endpoint }: Bucket, more = ""): string {
    const identity = "{ accessKeyId: { env: S3_ID }, secretAccessKey: { env: S3_KEY } }";
    const offsite = `{ bucket: kept, endpoint: '${endpoint}', identity: ${identity} }`;
    return `${CLIENTS.slice(0, -1)}, offsite: ${offsite}${more} }`;
  }

  test("gets what may leave the machine, though older backups may not", async () => {
    await using bucket = await new Bucket().open();
    const running = await house.keeping(into(bucket));
    await until(running, "clients", { troubles: [expect.stringContaining("not signed")] });
    house.rewrite(into(bucket, `, ${SAFE}`));
    await running.hangUp();
    await run(running, "clients");
    await until(running, "clients", { content: true });
    expect(sent(bucket)).toEqual([`clients/${house.visible("clients").at(-1)}/manifest.json`]);
  });

  test("in which others have put what seems newer gets what is made here all the same, and they are told of", async () => {
    await using bucket = await new Bucket().open();
    const forged = [`clients/20990101T000000000Z-0a1b2c`, `clients/20260102T000000000Z-0a1b2c`];
    for (const backup of forged) bucket.objects.set(`${backup}/manifest.json`, Buffer.from("{}"));
    const running = await house.keeping(into(bucket, `, ${SAFE}`));
    const told = expect.stringMatching(
      /20990101\S+, from a time that has not come; 20260102\S+, which no key .* signed/,
    );
    await until(running, "clients", { retained: 1, troubles: [told] });
    const [own = ""] = house.visible("clients");
    expect(sent(bucket)).toContain(`clients/${own}/manifest.json`);
    for (const backup of forged) bucket.objects.delete(`${backup}/manifest.json`);
    await run(running, "clients");
    await until(running, "clients", { content: true });
    expect(sent(bucket)).toHaveLength(2);
  });

  test("that could not be reached gets everything with the next run", async () => {
    await using bucket = await new Bucket().open();
    bucket.isClosed = true;
    const running = await house.keeping(into(bucket, `, ${SAFE}`));
    await until(running, "clients", { retained: 1, troubles: [expect.stringContaining("The bucket kept did not")] });
    bucket.isClosed = false;
    await run(running, "clients");
    await until(running, "clients", { content: true });
    expect(sent(bucket)).toEqual(house.visible("clients").map((id) => `clients/${id}/manifest.json`));
  });
});

test("every scrape shows the backups as they are on the disk", async () => {
  const running = await house.keeping(CLIENTS);
  await untilShown(running, 'retained{set="clients"}', 1);
  await run(running, "clients");
  await untilShown(running, 'retained{set="clients"}', 2);
  const [oldest = ""] = house.visible("clients");
  await removeBackup(new BackupStore(house.backups), { set: "clients", id: oldest }, "by hand");
  await untilShown(running, 'retained{set="clients"}', 1);
  expect(await figures(running)).toMatchObject({ 'files{set="clients",status="ok"}': 1 });
  expect(await dutyOf(running)).toMatchObject({ content: true });
});
