import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FakeS3 } from "../../testing/fake-s3.ts";
import { newFolder } from "../../testing/stage.ts";
import { targetSuite } from "../../testing/target-suite.ts";
import { openS3Target } from "./s3.ts";
import type { S3Options } from "./s3-options.ts";
import { type BackupRef, newBackupId } from "./target.ts";

const WRITER = { accessKeyId: "WRITER", secretAccessKey: "canary-secret" };
const PRUNER = { accessKeyId: "PRUNER", secretAccessKey: "canary-secret" };
const PART_BYTES = 64 * 1024;

async function opened(options: Partial<S3Options> = {}) {
  const fake = await FakeS3.open({ WRITER: ["read", "write"], PRUNER: ["read", "delete"] });
  onTestFinished(() => fake[Symbol.asyncDispose]());
  const target = await openS3Target({
    bucket: "vault",
    prefix: "house/",
    region: "eu-central-1",
    endpoint: fake.endpoint,
    identity: WRITER,
    partBytes: PART_BYTES,
    ...options,
  });
  onTestFinished(() => target[Symbol.dispose]());
  const listed = async () => {
    const ids: string[] = [];
    for await (const { id } of target.list("configs")) ids.push(id);
    return ids;
  };
  return { fake, target, listed };
}

targetSuite("a bucket", async () => (await opened({ deleteIdentity: PRUNER })).target);

/** A folder as the engine stages it. */
function stagedBackup(archive: Uint8Array = randomBytes(1_000)): string {
  const folder = newFolder();
  const files = { "data.tar.zst": archive, "manifest.json": "{}", "seal.json": "{}" };
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
}

describe("a bucket", () => {
  const ref = (): BackupRef => ({ set: "configs", id: newBackupId(Date.parse("2026-11-21T06:00:00Z")) });
  /** Four parts and a bit. */
  const large = () => randomBytes(4 * PART_BYTES + 100);

  it("gets the manifest last, after an archive that came in parts", async () => {
    const { fake, target } = await opened();
    const one = ref();
    await target.publish(one, stagedBackup(large()));
    const written = fake.asked.filter((line) => /^(PUT|POST)/.test(line)).map((line) => line.split("/").at(-1));
    expect(written.filter((file) => file === "data.tar.zst")).toHaveLength(1 + 5 + 1);
    expect(written.at(-1)).toBe("manifest.json");
    expect([...fake.objects.keys()].every((key) => key.startsWith(`house/configs/${one.id}/`))).toBe(true);
  });

  it("shows nothing of a publishing that is cut off at any request, and takes it when it is done again", async () => {
    const folder = stagedBackup(large());
    for (let requests = 0; ; requests++) {
      const { fake, target, listed } = await opened({ attempts: 1 });
      const one = ref();
      fake.faults.push(...Array.from({ length: requests }, () => "nothing" as const), "hang up");
      const outcome = await target.publish(one, folder).then(
        () => "published",
        ({ code }) => code,
      );
      if (outcome === "published") {
        expect(requests).toBeGreaterThan(8);
        break;
      }
      expect(outcome).toBe("BACKUP_S3_FAILED");
      expect(await listed()).toEqual([]);
      expect(fake.uploads.size).toBe(0);
      await target.publish(one, folder);
      expect(await listed()).toEqual([one.id]);
    }
  });

  it("does not take bytes that changed on their way", async () => {
    for (const archive of [randomBytes(1_000), large()]) {
      const { fake, target, listed } = await opened();
      fake.faults.push("nothing", "nothing", "flip a bit", "flip a bit", "flip a bit");
      await expect(target.publish(ref(), stagedBackup(archive))).rejects.toMatchObject({
        code: "BACKUP_S3_FAILED",
        message: expect.stringMatching(/BadDigest/),
      });
      expect(await listed()).toEqual([]);
    }
  });

  it("is asked again while it is busy, a limited number of times", async () => {
    const { fake, target, listed } = await opened({ attempts: 3 });
    fake.faults.push(503, "hang up");
    await target.publish(ref(), stagedBackup());
    expect(await listed()).toHaveLength(1);
    fake.asked.length = 0;
    fake.faults.push(...Array.from({ length: 10 }, () => 503));
    await expect(listed()).rejects.toMatchObject({ code: "BACKUP_S3_FAILED" });
    expect(fake.asked).toHaveLength(3);
  });

  it("goes on over what a killed publishing left, unless that is something else", async () => {
    const { fake, target, listed } = await opened();
    const folder = stagedBackup(large());
    const one = ref();
    await target.publish(one, folder);
    fake.objects.delete(`house/configs/${one.id}/manifest.json`);
    expect(await listed()).toEqual([]);
    await target.publish(one, folder);
    expect(await listed()).toEqual([one.id]);
    fake.objects.delete(`house/configs/${one.id}/manifest.json`);
    await expect(target.publish(one, stagedBackup(large()))).rejects.toMatchObject({
      code: "BACKUP_S3_FAILED",
      message: expect.stringMatching(/left by a run that was cut off/),
    });
  });

  it("is pruned by an identity of its own; the one that writes cannot remove", async () => {
    const { target, listed } = await opened();
    const one = ref();
    await target.publish(one, stagedBackup());
    await expect(target.remove(one)).rejects.toMatchObject({
      code: "BACKUP_S3_FAILED",
      message: expect.stringMatching(/AccessDenied.*deleteIdentity/),
    });
    expect(await listed()).toEqual([one.id]);
  });

  it("B8: shows no key in what it says", async () => {
    const { target } = await opened({ identity: { accessKeyId: "NOBODY", secretAccessKey: "canary-secret" } });
    const error = await target.publish(ref(), stagedBackup()).catch((failure) => failure);
    expect(error).toMatchObject({ code: "BACKUP_S3_FAILED" });
    expect(error.message).not.toMatch(/canary|NOBODY/);
  });
});
