import { spawnSync } from "node:child_process";
import { statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newFolder } from "../../testing/stage.ts";
import type { FileFacts } from "../manifest/manifest.ts";
import { LargeRead, readSmall, SMALL_BYTES } from "./stable-read.ts";

const room = Buffer.alloc(SMALL_BYTES);

function factsOf(path: string): FileFacts {
  const { size, mode, uid, gid } = statSync(path);
  return { path: "files/0/a", type: "file", status: "ok", size, mode, uid, gid, mtimeNs: "0" };
}

test("B2: a link that was put in the place of a file is not followed, and a FIFO there is not waited for", async () => {
  const folder = newFolder();
  const plain = join(folder, "plain");
  writeFileSync(plain, "secret of somebody else");
  const facts = factsOf(plain);
  const link = join(folder, "link");
  symlinkSync(plain, link);
  const fifo = join(folder, "fifo");
  expect(spawnSync("mkfifo", [fifo]).status).toBe(0);
  for (const [path, code] of [
    [link, "ELOOP"],
    [fifo, "ENOENT"],
  ] as const) {
    await expect(readSmall(path, facts, room)).rejects.toMatchObject({ code });
    await expect(LargeRead.open(path)).rejects.toMatchObject({ code });
  }
});
