/** Who has lost a machine has its bucket, its config and its keys. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BackupSet, BackupStore, createBackup, openS3Target, sendBackup } from "@mcp-ops/backup";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Bucket } from "../sidecar/bucket.ts";
import { mcpOps } from "./command.ts";

// Made for this test.
const IDENTITY = "AGE-SECRET-KEY-15PLSR38F3RWGMMJN8TAVUTDVQ39YRTGVZLS6WA59ED5UTKD4AR7SZNH408";
const RECIPIENT = "age1vw5rc3r4apzrydhhkljp2neemlx6fel87xvszx5t52huz9nnw48swphdsh";
const LOGIN = { accessKeyId: "writer", secretAccessKey: "not looked at" };
const GOOD = JSON.stringify({ mcpServers: { weather: { command: "weather" } } });

let bucket: Bucket;
let root: string;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "mcp-ops-offsite-"));
  bucket = await new Bucket().open();
});
afterEach(async () => {
  await bucket[Symbol.asyncDispose]();
  rmSync(root, { recursive: true });
});

/** A folder with the config of a set, as it is on every machine of a person. */
class Machine {
  readonly home: string;
  readonly client: string;
  readonly #safety: Pick<BackupSet, "recipients" | "signKeyFile">;

  /** @param isSafe whether what leaves it is encrypted and signed */
  constructor(name: string, { isSafe = true, hasBucket = true } = {}) {
    this.home = join(root, name);
    this.client = join(this.home, "client.json");
    mkdirSync(this.home);
    const secret = { env: "S3_SECRET" };
    const identity = { accessKeyId: secret, secretAccessKey: secret };
    const offsite = { bucket: "kept", endpoint: bucket.endpoint, identity };
    this.#safety = isSafe ? { recipients: [RECIPIENT], signKeyFile: join(this.home, "sign.key") } : {};
    const safety = isSafe ? { recipients: [RECIPIENT], signKey: "sign.key" } : {};
    const sources = [{ path: "client.json", name: "client" }];
    const desktop = { sources, ...safety, ...(hasBucket && { offsite }) };
    const sets = { desktop };
    writeFileSync(join(this.home, "mcp-ops.yaml"), JSON.stringify({ backup: { folder: "backups", sets } }));
    writeFileSync(join(this.home, "identity.txt"), `${IDENTITY}\n`);
  }

  backup(...args: string[]) {
    return mcpOps(["backup", ...args, "--config", join(this.home, "mcp-ops.yaml")], { S3_SECRET: "not looked at" });
  }

  async json(...args: string[]) {
    return JSON.parse((await this.backup(...args, "--json")).stdout);
  }

  /** Saves it and sends it, as the daemon does. */
  async saved(content: string): Promise<string> {
    writeFileSync(this.client, content);
    const source = { path: this.client, name: "client", required: true };
    const set = { name: "desktop", sources: [source], ...this.#safety };
    const store = new BackupStore(join(this.home, "backups"));
    const { ref } = await createBackup(store, set);
    if (ref === undefined) throw new Error("a complete backup has a name");
    using target = await openS3Target({ bucket: "kept", region: "x", endpoint: bucket.endpoint, identity: LOGIN });
    await sendBackup(store, target, ref, { allowPlaintext: true });
    return ref.id;
  }

  /** Copies the key with which another machine signs. */
  takeKeyOf(other: Machine): void {
    writeFileSync(join(this.home, "sign.key"), readFileSync(join(other.home, "sign.key")), { mode: 0o600 });
  }
}

it("brings a lost machine's config back from the bucket, with nothing but the config and the keys", async () => {
  const lost = new Machine("lost");
  const older = await lost.saved("{}");
  const newest = await lost.saved(GOOD);
  const machine = new Machine("new");
  machine.takeKeyOf(lost);
  rmSync(lost.home, { recursive: true });

  const { backups } = await machine.json("list", "--offsite");
  expect(backups).toMatchObject([
    { id: older, isHere: false, isTrusted: true, result: "complete", files: 1 },
    { id: newest, isHere: false, isTrusted: true },
  ]);
  const fetched = await machine.backup("fetch");
  expect(fetched).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`Fetched, and read whole: desktop/${newest}`),
  });
  const identity = ["--identity", join(machine.home, "identity.txt")];
  expect(await machine.backup("restore", "desktop", "--yes", ...identity)).toMatchObject({ code: 0 });
  expect(readFileSync(machine.client, "utf8")).toBe(GOOD);
  expect(await machine.json("fetch", older)).toMatchObject({ done: "fetched" });
  const [diff, verify] = await Promise.all([
    machine.backup("diff", older, newest, ...identity),
    machine.backup("verify", "--read-data", "--signature"),
  ]);
  expect(diff.stdout).toContain("client");
  expect(verify).toMatchObject({ code: 0, stdout: expect.stringContaining("SOUND, 2 backups") });
});

it("fetches nothing that no key of the config has signed, nor bytes that are others than those that were signed", async () => {
  const stranger = new Machine("stranger");
  const theirs = await stranger.saved("evil");
  const machine = new Machine("mine");
  const refused = await machine.backup("fetch", theirs);
  const [newest, listed] = await Promise.all([machine.backup("fetch"), machine.backup("list", "--offsite")]);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/its signer \S+ is not known here/) });
  expect(newest).toMatchObject({ code: 1, stderr: expect.stringMatching(/can be fetched.*is not known here/) });
  expect(listed.stdout).toMatch(/no +no\n.*is not known here/);

  const unsigned = await new Machine("careless", { isSafe: false }).saved("evil");
  const mine = await machine.saved(GOOD);
  const archive = `desktop/${mine}/data.tar.zst.age`;
  const bytes = Buffer.from(bucket.objects.get(archive) ?? "");
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  bucket.objects.set(archive, bytes);
  rmSync(join(machine.home, "backups"), { recursive: true });
  const careless = await machine.backup("fetch", unsigned);
  expect(careless).toMatchObject({ code: 1, stderr: expect.stringContaining("not signed") });
  const flipped = await machine.backup("fetch", mine);
  expect(flipped).toMatchObject({ code: 1, stderr: expect.stringContaining("checksum") });
  expect(readdirSync(join(machine.home, "backups", "desktop")).filter((name) => !name.startsWith("."))).toEqual([]);
});

it("says so when a set has no bucket", async () => {
  const machine = new Machine("mine", { hasBucket: false });
  expect(await machine.backup("fetch")).toMatchObject({ code: 2, stderr: expect.stringContaining("has no bucket") });
  expect(await machine.backup("list", "--offsite")).toMatchObject({ code: 2 });
});
