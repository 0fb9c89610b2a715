import type { BackupRef } from "@mcp-ops/backup";

/** The command that puts a backup back, as a person types it. `where` are the options that say where set and backups are. */
export function restoreCommand({ set, id }: BackupRef, where: readonly string[]): string {
  return ["mcp-ops", "backup", "restore", set, id, "--yes", ...where].map(quoted).join(" ");
}

/** As a POSIX shell reads it. */
function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
