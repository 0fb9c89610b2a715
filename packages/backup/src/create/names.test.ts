import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newStage, treeOf } from "../../testing/stage.ts";
import { createBackup, restoreBackup } from "../index.ts";

test("B2: files whose names are not UTF-8 are named as not saved, and the others are saved", async () => {
  const { source, store, set } = newStage();
  // As Node shows them, the two of the first folder have one name.
  for (const name of ["deep/a\xff", "deep/a\xfe", "deep/er/b\xff"]) {
    writeFileSync(Buffer.from(`${source}/${name}`, "latin1"), "content");
  }
  const { result, problems, manifest } = await createBackup(store, set);
  expect(result).toBe("partial");
  expect(problems).toEqual([
    { what: "files/0/deep/a\ufffd", status: "unreadable", reason: "its name is not UTF-8; rename it" },
    { what: "files/0/deep/er/b\ufffd", status: "unreadable", reason: "its name is not UTF-8; rename it" },
  ]);
  expect(manifest?.totals).toMatchObject({ files: 14, unreadable: 2 });
});

test("names of 255 bytes, with line breaks, and paths of some thousand bytes are saved and come back", async () => {
  const { source, store, set } = newStage();
  const deep = join(source, ...Array.from({ length: 14 }, (_, n) => `${n}`.padEnd(200, "-")));
  mkdirSync(deep, { recursive: true });
  for (const name of ["x".repeat(255), "two\nlines", " ", "\\", "é ü", '"quoted"'])
    writeFileSync(join(deep, name), name);
  const before = treeOf(source);
  const { result, ref } = await createBackup(store, set);
  expect(result).toBe("complete");
  rmSync(source, { recursive: true });
  await restoreBackup(store, set, ref!);
  expect(treeOf(source)).toEqual(before);
});

test("a file of a far future, as broken clocks leave them, stops no backup", async () => {
  const { source, store, set } = newStage();
  spawnSync("touch", ["-d", "9999-01-01", join(source, "empty")]);
  const { mtimeNs } = statSync(join(source, "empty"), { bigint: true });
  const { result, ref } = await createBackup(store, set);
  expect(result).toBe("complete");
  rmSync(join(source, "empty"));
  await restoreBackup(store, set, ref!);
  expect(statSync(join(source, "empty"), { bigint: true }).mtimeNs).toBe(mtimeNs);
});

test("a pattern may end in **, and says what it found behind a link, since no restore goes there", async () => {
  const { folder, source, store, set } = newStage();
  mkdirSync(join(folder, "outside"));
  writeFileSync(join(folder, "outside", "mcp.json"), "not ours");
  symlinkSync(join(folder, "outside"), join(source, "deep", "way"));
  const pattern = (glob: string) => ({
    ...set,
    sources: [{ glob: join(source, glob), required: true, exclude: ["deep/way"] }],
  });
  rmSync(join(source, "link"));
  const all = await createBackup(store, pattern("**"));
  expect(all).toMatchObject({ result: "complete", manifest: { totals: { files: 14 } } });
  const before = treeOf(source);
  rmSync(join(source, "deep", "er"), { recursive: true });
  await restoreBackup(store, pattern("**"), all.ref!);
  expect(treeOf(source)).toEqual(before);
  const behind = { ...set, sources: [{ glob: join(source, "*", "way", "mcp.json"), required: true }] };
  const { result, problems } = await createBackup(store, behind);
  expect({ result, problems }).toEqual({
    result: "partial",
    problems: [
      { what: "files/0/deep/way/mcp.json", status: "skipped", reason: "it lies behind a link; name its own place" },
    ],
  });
});
