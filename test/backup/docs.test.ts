import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as backup from "@mcp-ops/backup";
import { expect, it, onTestFinished } from "vitest";
import { houseSet, keepHouse } from "./example.ts";

const page = readFileSync(new URL("../../docs/backup-sources.md", import.meta.url), "utf8");

it("shows an example that is compiled and runs", async () => {
  expect(page).toContain(`\`\`\`ts\n${readFileSync(new URL("./example.ts", import.meta.url), "utf8")}\`\`\``);
  const home = mkdtempSync(join(tmpdir(), "mo-house-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, ".cursor"));
  writeFileSync(join(home, ".cursor", "mcp.json"), '{ "mcpServers": { "files": {} } }');
  const { dumpers, ...set } = await houseSet(home, "secret");
  expect(dumpers?.map(({ name, kind, required }) => `${name} ${kind} ${required}`)).toEqual([
    "shop postgres true",
    "notes sqlite false",
    "wiki command true",
  ]);
  const store = new backup.BackupStore(join(home, "store"));
  const backups = async () => (await backup.listBackups(store, set.name)).length;
  // A set that never was backed up is backed up at once; then a change is.
  const { schedule, watch } = await keepHouse(store, set, home);
  onTestFinished(() => schedule[Symbol.asyncDispose]());
  onTestFinished(() => watch[Symbol.asyncDispose]());
  await expect.poll(backups).toBe(1);
  writeFileSync(join(home, ".cursor", "mcp.json"), '{ "mcpServers": { "files": {}, "github": {} } }');
  await expect.poll(backups).toBe(2);
});

it("names every default as it is", () => {
  const defaults = {
    retryAfterMs: backup.DEFAULT_RETRY_AFTER_MS,
    maxRetryAfterMs: backup.DEFAULT_MAX_RETRY_AFTER_MS,
    quietMs: backup.DEFAULT_QUIET_MS,
    maxWaitMs: backup.DEFAULT_MAX_WAIT_MS,
    lookEveryMs: backup.DEFAULT_LOOK_EVERY_MS,
  };
  for (const [option, value] of Object.entries(defaults)) {
    expect(page).toMatch(new RegExp(`\`${option}\` *\\| *\`${value}\` *\\|`));
  }
  expect(page).toContain(`\`partBytes\` (${backup.S3_PART_BYTES / 1024 / 1024} MiB)`);
  expect(page).toContain(`tried ${backup.DEFAULT_S3_ATTEMPTS} times`);
  expect(page).toContain(
    `At most ${backup.MAX_CONFIGS} files are watched; a file of more than ${backup.MAX_CONFIG_BYTES / 1024 / 1024} MiB`,
  );
});
