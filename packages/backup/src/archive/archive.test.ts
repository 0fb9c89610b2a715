import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { newFolder, newStage, treeOf } from "../../testing/stage.ts";
import { createBackup, extractBackup } from "../index.ts";
import { compress, decompress } from "./codec.ts";
import { type Header, padding } from "./header.ts";
import { readArchive } from "./read.ts";
import { readAll } from "./read-all.ts";
import { type Entry, writeArchive } from "./write.ts";

test.each(["zstd", "gzip", "none"] as const)(
  "with %s, GNU tar reads what we write, and a restore gives it back",
  async (codec) => {
    const stage = newStage({ codec });
    const long = join(stage.source, "long".repeat(40), "ünï¢ødé ".repeat(12).trim());
    mkdirSync(long, { recursive: true });
    writeFileSync(join(long, "new\nline"), "named with a line break");
    writeFileSync(join(stage.source, "large"), Buffer.alloc(9 << 20, "0123456789abcdef"));
    symlinkSync(`${"deep/../deep/".slice(0, 5)}file-0`, join(stage.source, "another"));
    const { ref, manifest } = await createBackup(stage.store, stage.set);
    const extracted = newFolder();
    const archive = join(stage.store.target.folderOf(ref!), manifest!.archive.file);
    const option = { zstd: "--zstd", gzip: "-z", none: "--no-auto-compress" }[codec];
    const { status, stderr } = spawnSync("tar", [option, "-C", extracted, "-xpf", archive], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(treeOf(join(extracted, "files", "0"))).toEqual(treeOf(stage.source));
    const ours = join(newFolder(), "ours");
    await extractBackup(stage.store, stage.set, ref!, ours);
    expect(treeOf(join(ours, "files", "0"))).toEqual(treeOf(stage.source));
  },
);

test("the same tree gives the same archive, byte for byte", async () => {
  const { store, set } = newStage();
  const hashes = [];
  for (let n = 0; n < 2; n++) hashes.push((await createBackup(store, set)).manifest?.archive.sha256);
  expect(hashes[0]).toBe(hashes[1]);
});

async function* of<T>(...items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

test("any header comes back as it was written", async () => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 }).filter((text) => !/[\0/]/.test(text));
  const header = fc.record({
    path: name.map((text) => `files/0/${text}`),
    type: fc.constantFrom("file", "folder", "link"),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: fc.integer({ min: 0, max: 0o7777777 }),
    gid: fc.integer({ min: 0, max: 0o7777777 }),
    mtimeSeconds: fc.integer({ min: 0, max: 8_000_000_000 }),
    target: name,
    content: fc.uint8Array({ maxLength: 2000 }),
  });
  await fc.assert(
    fc.asyncProperty(header, async ({ content, target, ...rest }) => {
      const entry: Entry = {
        ...rest,
        target: rest.type === "link" ? target : "",
        size: rest.type === "file" ? content.length : 0,
        content: rest.type === "file" ? content : new Uint8Array(),
      };
      const read: [Header, Buffer][] = [];
      for await (const { content: bytes, ...head } of readArchive(writeArchive(of(entry)))) {
        read.push([head, await readAll(bytes, 2000)]);
      }
      const { content: expected, ...head } = entry;
      expect(read).toEqual([[head, Buffer.from(expected as Uint8Array)]]);
    }),
    { numRuns: 300 },
  );
});

test("a file of more than 8 GiB keeps its size in the header", async () => {
  const size = 9 * 2 ** 30;
  const head: Header = { path: "files/0/x", type: "file", mode: 0, uid: 0, gid: 0, mtimeSeconds: 0, size, target: "" };
  const written = writeArchive(of({ ...head, content: new Uint8Array() }));
  for await (const { content: _, ...read } of readArchive(written)) {
    expect(read).toEqual(head);
    break;
  }
  expect(padding(size)).toBe(0);
});

test("twenty mebibytes come out of every codec as they went in, also in odd pieces", async () => {
  const noise = readFileSync(process.execPath).subarray(0, 20 << 20);
  async function* pieces() {
    for (let at = 0; at < noise.length; at += 777_777) yield noise.subarray(at, at + 777_777);
  }
  for (const codec of ["zstd", "gzip"] as const) {
    const back = await readAll(decompress(compress(pieces(), codec), codec), noise.length);
    expect(back.equals(noise), codec).toBe(true);
  }
});
