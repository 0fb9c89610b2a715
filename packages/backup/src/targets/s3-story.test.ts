import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { expect, it, onTestFinished } from "vitest";
import { FakeS3 } from "../../testing/fake-s3.ts";
import { newFolder, newStage } from "../../testing/stage.ts";
import { createBackup } from "../create/create-backup.ts";
import { commandDumper } from "../dump/command.ts";
import { sqliteDumper } from "../dump/sqlite.ts";
import { sendBackup } from "../offsite/send.ts";
import { extractBackup } from "../restore/extract-backup.ts";
import { openS3Target } from "./s3.ts";

const IDENTITY = { accessKeyId: "WRITER", secretAccessKey: "secret" };

function notes(): string {
  const path = join(newFolder(), "notes.db");
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('canary-note')");
  onTestFinished(() => db.close());
  return path;
}

it("databases and configurations go to a bucket encrypted, and come back from there alone", async () => {
  await using fake = await FakeS3.open({ WRITER: ["read", "write"] });
  const place = { bucket: "vault", region: "eu-central-1", endpoint: fake.endpoint, identity: IDENTITY };
  using bucket = await openS3Target({ ...place, partBytes: 4_096 });
  const key = await generateIdentity();
  const { store, set } = newStage({
    dumpers: [
      sqliteDumper({ name: "notes", path: notes() }),
      commandDumper({ name: "facts", program: "/bin/sh", args: ["-c", "echo facts"] }),
    ],
    recipients: [await identityToRecipient(key)],
    signKeyFile: join(newFolder(), "sign.key"),
  });
  const { ref, result } = await createBackup(store, set);
  expect(result).toBe("complete");
  if (ref === undefined) throw new Error("a complete backup has a name");
  expect(await sendBackup(store, bucket, ref)).toBe("sent");
  expect(await sendBackup(store, bucket, ref)).toBe("there");
  for (const { bytes } of fake.objects.values()) expect(bytes.includes("canary-note")).toBe(false);

  await store.target.remove(ref);
  const folder = join(newFolder(), "back");
  await extractBackup(store, set, ref, folder, { from: bucket, identities: [key] });
  expect(readFileSync(join(folder, "databases/facts/output"), "utf8")).toBe("facts\n");
  const back = new DatabaseSync(join(folder, "databases/notes/notes.db"), { readOnly: true });
  expect(back.prepare("SELECT text FROM notes").all()).toEqual([{ text: "canary-note" }]);
  back.close();
});

it("a required database that cannot be dumped fails the backup, and an optional one makes it partial", async () => {
  const broken = join(newFolder(), "broken.db");
  writeFileSync(broken, "no database".repeat(1_000));
  for (const [required, result] of [
    [true, "failed"],
    [false, "partial"],
  ] as const) {
    const { store, set } = newStage({ dumpers: [sqliteDumper({ name: "notes", path: broken, required })] });
    const report = await createBackup(store, set);
    expect(report.result).toBe(result);
    expect(JSON.stringify(report)).toContain("notes");
  }
});
