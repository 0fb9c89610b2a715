import { spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { expect, test } from "vitest";
import { newFolder, newStage } from "../testing/stage.ts";
import {
  createBackup,
  diffBackups,
  diffDisk,
  LocalTarget,
  restoreBackup,
  sendBackup,
  trustOf,
  verifyBackup,
} from "./index.ts";

const CANARY = "canary-0f3c-token";

/** Every file and folder below, with its mode. */
function modes(folder: string): [path: string, mode: string][] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => {
    const stats = lstatSync(join(folder, path));
    return [path, `${stats.isDirectory() ? "folder" : "file"} ${(stats.mode & 0o7777).toString(8)}`];
  });
}

function withSecret() {
  const stage = newStage({ signKeyFile: join(newFolder(), "keys", "backup.key") });
  const config = (token: string) => JSON.stringify({ mcpServers: { github: { env: { TOKEN: token } } } });
  writeFileSync(join(stage.source, "mcp.json"), config(CANARY));
  return { ...stage, config };
}

test("B8: secrets never in manifest, history, state, reports or differences", async () => {
  const { store, set, source, config } = withSecret();
  const first = await createBackup(store, set);
  writeFileSync(join(source, "mcp.json"), config(`${CANARY}-rotated`));
  const second = await createBackup(store, set);
  const differences = [await diffBackups(store, first.ref!, second.ref!), await diffDisk(store, set, first.ref!)];
  expect(differences[0]).toMatchObject([
    {
      path: "source: mcp.json",
      change: "changed",
      keys: { added: [], removed: [], changed: ["mcpServers.github.env.TOKEN"] },
    },
  ]);
  const restored = await restoreBackup(store, set, first.ref!);
  expect(JSON.stringify([first, second, differences, restored])).not.toContain(CANARY);
  const texts = modes(store.folder).filter(([path, mode]) => mode.startsWith("file") && /json/.test(path));
  expect(texts.length).toBeGreaterThan(6);
  for (const [path] of texts) expect(readFileSync(join(store.folder, path), "utf8"), path).not.toContain(CANARY);
});

test("B8: files are 0600 and folders 0700, whatever the umask", () => {
  const { store, set, folder } = withSecret();
  const child = fileURLToPath(new URL("../testing/once-child.ts", import.meta.url));
  const script = `umask 000 && exec "$0" "$@"`;
  const args = ["-c", script, process.execPath, child, store.folder, JSON.stringify(set)];
  const { stdout, stderr, status } = spawnSync("sh", args, { encoding: "utf8" });
  expect({ stdout, stderr, status }).toEqual({ stdout: "", stderr: "", status: 0 });
  const wide = modes(join(folder, "store")).filter(([, mode]) => mode !== "file 600" && mode !== "folder 700");
  expect(wide).toEqual([]);
  expect((lstatSync(set.signKeyFile!).mode & 0o777).toString(8)).toBe("600");
});

test("a backup that is not encrypted, or not signed, does not leave the machine unless that is said aloud", async () => {
  const identity = await generateX25519Identity();
  const recipients = [await identityToRecipient(identity)];
  const key = join(newFolder(), "key");
  const remote = new LocalTarget(newFolder(), { isLocal: false });
  const plain = { code: "BACKUP_PLAINTEXT_REFUSED" };
  const { store, set, source } = newStage();
  writeFileSync(join(source, "mcp.json"), CANARY);
  const make = async (change: object) => (await createBackup(store, { ...set, ...change })).ref!;
  await expect(sendBackup(store, remote, await make({}))).rejects.toMatchObject(plain);
  await expect(sendBackup(store, remote, await make({ signKeyFile: key }))).rejects.toMatchObject(plain);
  await expect(sendBackup(store, remote, await make({ recipients }))).rejects.toMatchObject(plain);
  const ref = await make({ recipients, signKeyFile: key });
  expect(await sendBackup(store, remote, ref)).toBe("sent");
  expect(await sendBackup(store, remote, ref)).toBe("there");
  expect(await sendBackup(store, remote, await make({}), { allowPlaintext: true })).toBe("sent");
  const archive = readFileSync(join(remote.folderOf(ref), "data.tar.zst.age"));
  expect(archive.subarray(0, 21).toString()).toBe("age-encryption.org/v1");
});

test("a backup that has rotted here is not sent", async () => {
  const { store, set } = newStage();
  const { ref } = await createBackup(store, set);
  const archive = join(store.target.folderOf(ref!), "data.tar.zst");
  const bytes = readFileSync(archive);
  bytes[20] = (bytes[20] as number) ^ 1;
  writeFileSync(archive, bytes);
  const other = new LocalTarget(newFolder());
  await expect(sendBackup(store, other, ref!)).rejects.toMatchObject({ code: "BACKUP_ARCHIVE_DAMAGED" });
  expect(await other.has(ref!)).toBe(false);
});

test("another machine restores what was sent, with the identity and the signer's key, and not without", async () => {
  const identity = await generateX25519Identity();
  const here = newStage({ signKeyFile: join(newFolder(), "key"), recipients: [await identityToRecipient(identity)] });
  const remote = new LocalTarget(newFolder(), { isLocal: false });
  const { ref } = await createBackup(here.store, here.set);
  await sendBackup(here.store, remote, ref!);
  const there = newStage({ signKeyFile: join(newFolder(), "key") });
  mkdirSync(join(there.folder, "x"));
  writeFileSync(join(there.source, "mcp.json"), "lost");
  const trusting = { ...there.set, trustedKeys: trustOf(here.set).keys };
  const identities = [identity];
  const restore = (set: typeof there.set, options: object) =>
    restoreBackup(there.store, set, ref!, { from: remote, ...options });
  await expect(restore(there.set, { identities })).rejects.toMatchObject({ code: "BACKUP_NOT_TRUSTED" });
  await expect(restore(trusting, {})).rejects.toMatchObject({ code: "BACKUP_IDENTITY_NEEDED" });
  await expect(restore(trusting, { identities: [await generateX25519Identity()] })).rejects.toMatchObject({
    code: "BACKUP_IDENTITY_NEEDED",
  });
  expect(readFileSync(join(there.source, "mcp.json"), "utf8")).toBe("lost");
  await restore(trusting, { identities });
  expect(readFileSync(join(there.source, "mcp.json"))).toEqual(readFileSync(join(here.source, "mcp.json")));
  const verdict = await verifyBackup(remote, ref!, { readData: true, identities, signature: trustOf(trusting) });
  expect(verdict).toMatchObject({ isSound: true, signer: trustOf(here.set).keys[0] });
});
