import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { newFolder } from "../../testing/stage.ts";
import { locked } from "./lock.ts";

const CHILD = fileURLToPath(new URL("../../testing/lock-child.ts", import.meta.url));

function askAnotherProcess(file: string): string {
  return spawnSync(process.execPath, [CHILD, file], { encoding: "utf8" }).stdout;
}

test("a call of the same process that is refused does not let another process in", async () => {
  const file = join(newFolder(), "set", ".lock");
  await locked(file, async () => {
    expect(askAnotherProcess(file)).toBe("BACKUP_BUSY");
    await expect(locked(file, async () => "free")).rejects.toMatchObject({ code: "BACKUP_BUSY" });
    expect(askAnotherProcess(file)).toBe("BACKUP_BUSY");
  });
  expect(askAnotherProcess(file)).toBe("free");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
