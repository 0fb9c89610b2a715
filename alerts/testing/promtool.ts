import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Says in one line what to install. */
export const isMissing: boolean = spawnSync("promtool", ["--version"]).error !== undefined;
if (isMissing) console.log("promtool is missing, so the alerts are not tried. Install the Debian package prometheus.");

export function promtool(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync("promtool", args, { encoding: "utf8" });
  return { status, said: stdout + stderr };
}

/** What `promtool check rules` says of files that are nowhere yet. */
export function checkRules(
  files: readonly { readonly name: string; readonly text: string }[],
): ReturnType<typeof promtool> {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-alerts-"));
  try {
    for (const { name, text } of files) writeFileSync(join(folder, name), text);
    return promtool("check", "rules", ...files.map(({ name }) => join(folder, name)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
