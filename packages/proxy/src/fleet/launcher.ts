import { accessSync, constants } from "node:fs";
import { delimiter, join, sep } from "node:path";
import type { Launcher } from "./wrap-text.ts";

/**
 * How a client shall start mcp-ops: by its name where it is installed, by npx where npx brought it, else by the paths of Node and
 * of this script. The folders of a package's own programs count for nothing, because a client's PATH has none.
 */
export function launcherFor(path: string | undefined, node: string, script: string): Launcher {
  const folders = (path ?? "").split(delimiter).filter((folder) => !folder.split(sep).includes("node_modules"));
  if (folders.some((folder) => isProgram(join(folder, "mcp-ops")))) return { command: "mcp-ops", args: [] };
  if (script.split(sep).includes("_npx")) return { command: "npx", args: ["-y", "mcp-ops"] };
  return { command: node, args: [script] };
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
