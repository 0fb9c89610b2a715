import { statSync } from "node:fs";
import { usageError } from "../../complaint.ts";

/** The folder of the log: as given, else by the environment, as the servers that write it have it. */
export function folderOf(given: string | undefined): string {
  const folder = given ?? process.env.MCP_OPS_AUDIT_FOLDER;
  if (folder) return folder;
  throw usageError("Which log? Give its folder, or set MCP_OPS_AUDIT_FOLDER.");
}

/** One folder, or files to read instead. */
export function logOf(paths: readonly string[]): { folder: string } | { files: readonly string[] } {
  if (paths.length < 2 && !isFile(paths[0])) return { folder: folderOf(paths[0]) };
  return { files: paths };
}

function isFile(path: string | undefined): boolean {
  return path !== undefined && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
