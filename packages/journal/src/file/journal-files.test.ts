import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type JournalLine,
  type JournalUse,
  type OpsError,
  parseJournalFileName,
  parseJournalLine,
} from "@mcp-ops/formats";
import { expect, it, onTestFinished } from "vitest";
import { JournalFiles, type JournalFilesOptions } from "./journal-files.ts";
import { findJournalFolder } from "./journal-folder.ts";

const boot = { pid: process.pid, bootId: "0123456789ab" };

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "journal-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function open(folder: string, options: Partial<JournalFilesOptions> = {}) {
  const warnings: OpsError[] = [];
  const onWarning = (warning: OpsError) => warnings.push(warning);
  const files = new JournalFiles({ folder, boot, onWarning, maxFileBytes: 1e6, maxBytes: 8e6, ...options });
  return { files, warnings };
}

function use(target: string, count: number): JournalUse {
  const numbers = { count, durationUs: 1, requestBytes: 1, responseBytes: 1, latencies: [[1, count]] as const };
  return { kind: "use", minute: 1, server: "s", method: "tools/call", target, status: "success", ...numbers };
}

const namesIn = (folder: string) => readdirSync(folder).sort((a, b) => fileOf(a) - fileOf(b));
const fileOf = (name: string) => parseJournalFileName(name)?.file ?? -1;

function linesIn(folder: string): readonly JournalLine[] {
  const texts = namesIn(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  for (const text of texts) expect(text === "" || text.endsWith("\n")).toBe(true);
  return texts.flatMap((text) => text.split("\n").filter(Boolean)).map((line) => parseJournalLine(line) as JournalLine);
}

const countIn = (folder: string) =>
  linesIn(folder).reduce((sum, line) => sum + (line.kind === "use" ? line.count : 0), 0);

it("writes a file that only its owner can read, which says first whose it is", async () => {
  const folder = newFolder();
  const { files } = open(folder);
  files.add(use("a", 3), 3);
  await files.write();
  files.add(use("b", 4), 4);
  await files.close();
  expect(namesIn(folder)).toEqual([`${process.pid}-0123456789ab.0.jsonl`]);
  expect(statSync(join(folder, namesIn(folder)[0] as string)).mode & 0o777).toBe(0o600);
  const [start, ...uses] = linesIn(folder);
  expect(start).toMatchObject({ kind: "start", schema: 1, ...boot, file: 0 });
  expect(uses).toEqual([use("a", 3), use("b", 4)]);
});

it("goes on in another file when one is full, keeps to its room, and says how many went with a file nobody read", async () => {
  const folder = newFolder();
  const { files } = open(folder, { maxFileBytes: 2000, maxBytes: 10_000 });
  let written = 0;
  for (let round = 0; round < 100; round++) {
    for (let i = 0; i < 3; i++) files.add(use(`tool-${round}`, 5), 5);
    written += 15;
    await files.write();
  }
  const names = namesIn(folder);
  expect(names.length).toBeGreaterThan(2);
  const sizes = names.map((name) => statSync(join(folder, name)).size);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(10_000 + 1000);
  expect(fileOf(names.at(-1) as string)).toBeGreaterThan(20);
  expect(linesIn(folder).filter(({ kind }) => kind === "start")).toHaveLength(names.length);
  const lost = files.takeLost();
  expect(lost).toBeGreaterThan(0);
  expect(countIn(folder) + lost).toBe(written);
  expect(files.takeLost()).toBe(0);
  await files.close();
});

it("takes a file that is gone for read: nothing of it is lost", async () => {
  const folder = newFolder();
  const { files } = open(folder, { maxFileBytes: 2000, maxBytes: 6000 });
  let read = 0;
  for (let round = 0; round < 100; round++) {
    for (let i = 0; i < 3; i++) files.add(use("tool", 1), 1);
    await files.write();
    // Who reads takes away all but the newest.
    for (const name of namesIn(folder).slice(0, -1)) {
      const lines = readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean);
      read += lines.filter((line) => line.includes('"use"')).length;
      rmSync(join(folder, name));
    }
  }
  expect(files.takeLost()).toBe(0);
  expect(read + countIn(folder)).toBe(300);
  await files.close();
});

it("leaves names that are taken alone", async () => {
  const folder = newFolder();
  writeFileSync(join(folder, `${process.pid}-0123456789ab.0.jsonl`), "somebody else's\n");
  symlinkSync("/dev/null", join(folder, `${process.pid}-0123456789ab.1.jsonl`));
  const { files, warnings } = open(folder);
  files.add(use("a", 1), 1);
  await files.write();
  await files.close();
  expect(namesIn(folder).map(fileOf)).toEqual([0, 1, 2]);
  expect(warnings).toEqual([]);
});

it("at the last moment writes the same once more where a write is under way, and nothing twice", async () => {
  for (let round = 0; round < 20; round++) {
    const folder = newFolder();
    const { files } = open(folder);
    if (round % 2 === 0) await files.write();
    files.add(use("a", 7), 7);
    const writing = files.write();
    files.add(use("b", 8), 8);
    if (round % 3 > 0) await Promise.resolve();
    files.writeNow();
    expect(countIn(folder)).toBe(15);
    await writing;
    expect(countIn(folder)).toBe(15);
    await files.close();
  }
});

function openToAll(path: string): void {
  mkdirSync(path);
  chmodSync(path, 0o777);
}

it.each([
  ["is not there", () => {}, undefined],
  ["is a link", (path: string) => symlinkSync(tmpdir(), path), "is not a folder"],
  ["is a file", (path: string) => writeFileSync(path, ""), "is not a folder"],
  ["can be written by others", openToAll, "written by others"],
])("a folder for journals that %s is not written to", async (_, make, message) => {
  const runtime = newFolder();
  make(join(runtime, "journal"));
  const found = findJournalFolder(runtime);
  if (message === undefined) expect(await found).toBeUndefined();
  else
    await expect(found).rejects.toMatchObject({
      code: "JOURNAL_FOLDER_UNSAFE",
      message: expect.stringContaining(message),
    });
});

it("nor one in a runtime folder that others can write to", async () => {
  const runtime = newFolder();
  mkdirSync(join(runtime, "journal"), { mode: 0o700 });
  expect(await findJournalFolder(runtime)).toBe(join(runtime, "journal"));
  chmodSync(runtime, 0o777);
  await expect(findJournalFolder(runtime)).rejects.toMatchObject({ code: "JOURNAL_FOLDER_UNSAFE" });
});

/** A file system of its own, small enough to be filled. */
function mountSmall(): string | undefined {
  const folder = newFolder();
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", folder]).status !== 0) return undefined;
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
  return folder;
}

it("on a full disk goes on where it was cut short, once there is room, and loses nothing that it has room to keep", async (context) => {
  const folder = mountSmall();
  if (folder === undefined) return context.skip("it takes the right to mount a tmpfs (root)");
  const { files, warnings } = open(folder);
  const filler = join(folder, "filler");
  writeFileSync(filler, Buffer.alloc(30_000));
  let added = 0;
  let dropped = 0;
  const add = () => (files.add(use("tool", 1), 1) ? added++ : dropped++);
  while (warnings.length === 0) {
    for (let i = 0; i < 20; i++) add();
    await files.write();
  }
  expect(warnings).toMatchObject([{ code: "JOURNAL_WRITE_FAILED", message: expect.stringContaining("ENOSPC") }]);
  for (let i = 0; i < 100; i++) add();
  await files.write();
  expect(warnings).toHaveLength(1);
  rmSync(filler);
  await files.write();
  expect([dropped, countIn(folder)]).toEqual([0, added]);
  // And what it cannot keep it does not take.
  while (dropped === 0) {
    for (let i = 0; i < 100; i++) add();
    await files.write();
  }
  expect(warnings).toHaveLength(2);
  spawnSync("mount", ["-o", "remount,size=8m", folder]);
  await files.write();
  expect(countIn(folder)).toBe(added);
  await files.close();
});
